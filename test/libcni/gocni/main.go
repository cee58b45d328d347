// Gocni calls a CNI plugin through containerd's own client, one command for each start. It makes no namespace and no pod.
// Usage: gocni [flags] setup|check|status|remove. setup prints, as JSON, what containerd takes from the result.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	gocni "github.com/containerd/go-cni"
	"github.com/containernetworking/cni/libcni"
)

var (
	bin   = flag.String("bin", "", "folder of the plugin")
	conf  = flag.String("conf", "", "folder of the configuration")
	cache = flag.String("cache", "", "folder of libcni's result cache")
	id    = flag.String("id", "", "sandbox id")
	netns = flag.String("netns", "", "path of the namespace")
)

// What containerd's CRI calls the pod's interface.
const podInterface = "eth0"

func main() {
	flag.Parse()
	libcni.CacheDir = *cache
	if err := run(context.Background(), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, verb string) error {
	// As containerd's CRI does it on Windows: no loopback network, the first configuration of the folder.
	client, err := gocni.New(
		gocni.WithMinNetworkCount(1),
		gocni.WithPluginConfDir(*conf),
		gocni.WithPluginMaxConfNum(1),
		gocni.WithPluginDir([]string{*bin}),
	)
	if err != nil {
		return err
	}
	if err := client.Load(gocni.WithDefaultConf); err != nil {
		return err
	}
	switch verb {
	case "setup":
		result, err := client.Setup(ctx, *id, *netns, sandboxOptions()...)
		if err != nil {
			return err
		}
		return print(result)
	case "check":
		return client.Check(ctx, *id, *netns, sandboxOptions()...)
	case "status":
		return client.Status()
	case "remove":
		return client.Remove(ctx, *id, *netns, sandboxOptions()...)
	}
	return fmt.Errorf("no command %q", verb)
}

// sandboxOptions is what containerd's CRI offers for a pod with a host port, limits of bandwidth, DNS and annotations.
// libcni passes on those capabilities that the configuration declares, with the keys of go-cni's structs as they are.
func sandboxOptions() []gocni.NamespaceOpts {
	return []gocni.NamespaceOpts{
		gocni.WithLabels(map[string]string{
			"K8S_POD_NAMESPACE":          "default",
			"K8S_POD_NAME":               "web-0",
			"K8S_POD_INFRA_CONTAINER_ID": *id,
			"K8S_POD_UID":                "0f6d2e7a-9c4a-4e57-8b1d-5b0a8f4e1c01",
			"IgnoreUnknown":              "1",
		}),
		gocni.WithCapability("io.kubernetes.cri.pod-annotations", map[string]string{"kubernetes.io/config.source": "api"}),
		gocni.WithCapabilityPortMap([]gocni.PortMapping{{HostPort: 8080, ContainerPort: 80, Protocol: "tcp"}}),
		gocni.WithCapabilityBandWidth(gocni.BandWidth{IngressRate: 1e6, IngressBurst: 1<<32 - 1}),
		gocni.WithCapabilityDNS(gocni.DNS{
			Servers:  []string{"10.96.0.99"},
			Searches: []string{"default.svc.cluster.local", "svc.cluster.local"},
			Options:  []string{"ndots:5"},
		}),
	}
}

func print(result *gocni.Result) error {
	pod := result.Interfaces[podInterface]
	if pod == nil || len(pod.IPConfigs) == 0 {
		return fmt.Errorf("no address for %s", podInterface)
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"address":    pod.IPConfigs[0].IP,
		"gateway":    pod.IPConfigs[0].Gateway,
		"mac":        pod.Mac,
		"sandbox":    pod.Sandbox,
		"interfaces": len(result.Interfaces),
		"dns":        result.DNS,
	})
}
