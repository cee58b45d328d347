module wincni/test/libcni

go 1.21

require (
	github.com/containerd/go-cni v1.1.14
	github.com/containernetworking/cni v1.3.0
)
