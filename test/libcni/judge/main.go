// Judge reads what CNI plugins printed and says whether libcni takes it. It starts no plugin and looks at no node.
// stdin: values {"kind": "result", "error" or "version", "version": the configuration's, "stdout": what was printed};
// stdout: a line for each, "ok" or why not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/types/create"
	"github.com/containernetworking/cni/pkg/version"
)

var judges = map[string]func(asked string, printed []byte) error{
	"result": judgeResult, "error": judgeError, "version": judgeVersion,
}

func main() {
	for input := json.NewDecoder(os.Stdin); input.More(); {
		var given struct{ Kind, Version, Stdout string }
		if err := input.Decode(&given); err != nil || judges[given.Kind] == nil {
			fmt.Fprintf(os.Stderr, "Cannot judge kind %q: %v\n", given.Kind, err)
			os.Exit(1)
		}
		verdict := "ok"
		if err := judges[given.Kind](given.Version, []byte(given.Stdout)); err != nil {
			verdict = fmt.Sprintf("%q", err)
		}
		fmt.Println(verdict)
	}
}

// judgeResult converts a result to every version, from there to every other one, and back.
func judgeResult(asked string, printed []byte) error {
	if read, err := convert(printed, asked); err != nil || !reflect.DeepEqual(stated(printed), stated(read)) {
		return fmt.Errorf("libcni reads %s, %v", read, err)
	}
	for _, first := range version.All.SupportedVersions() {
		for _, second := range version.All.SupportedVersions() {
			// An older version cannot say all that a newer one can; what the oldest on the way can say must survive.
			oldest := min(asked, first, second)
			before, _ := convert(printed, oldest)
			after, err := convert(printed, first, second, asked, oldest)
			if err != nil || string(before) != string(after) {
				return fmt.Errorf("by %s and %s %s became %s, %v", first, second, before, after, err)
			}
		}
	}
	return nil
}

// convert goes from version to version by way of JSON, as a result does that one plugin of a chain hands to the next.
func convert(printed []byte, path ...string) ([]byte, error) {
	for _, next := range path {
		result, err := create.CreateFromBytes(printed)
		if err == nil {
			result, err = result.GetAsVersion(next)
		}
		if err != nil {
			return nil, err
		}
		printed, _ = json.Marshal(result)
	}
	return printed, nil
}

// stated is what a result says at all: libcni leaves out an empty list, and up to 0.4.0 adds an empty "dns".
func stated(printed []byte) (fields map[string]any) {
	_ = json.Unmarshal(printed, &fields)
	for key, value := range fields {
		if text := fmt.Sprint(value); text == "[]" || text == "map[]" {
			delete(fields, key)
		}
	}
	return fields
}

// judgeError decodes an error as libcni does, and looks at its version, which libcni does not.
func judgeError(asked string, printed []byte) error {
	decoded := struct {
		types.Error
		CNIVersion string
	}{}
	err := json.Unmarshal(printed, &decoded)
	if err != nil || decoded.Code == 0 || decoded.Msg == "" || decoded.CNIVersion != asked {
		return fmt.Errorf("libcni reads %+v, %v", decoded, err)
	}
	return nil
}

func judgeVersion(asked string, printed []byte) error {
	info, err := (&version.PluginDecoder{}).Decode(printed)
	if err == nil && (&version.Reconciler{}).Check(asked, info) != nil {
		err = fmt.Errorf("%s is not in %q", asked, info.SupportedVersions())
	}
	return err
}
