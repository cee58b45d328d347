// Judge reads what a CNI plugin printed and says whether libcni takes it. It starts no plugin and looks at no node.
//
// Each line of stdin is {"kind": "result", "error" or "version", "version": the configuration's, "stdout": the text};
// each gets one line: "ok", or why not. The exit code is 1 when any is not ok.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/types/create"
	"github.com/containernetworking/cni/pkg/version"
)

type output struct{ Kind, Version, Stdout string }

func main() {
	code := 0
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if err := judge(lines.Bytes()); err != nil {
			code = 1
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		fmt.Println("ok")
	}
	if err := lines.Err(); err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

func judge(line []byte) error {
	var given output
	if err := json.Unmarshal(line, &given); err != nil {
		return fmt.Errorf("not a line for the judge: %w", err)
	}
	printed := []byte(given.Stdout)
	switch given.Kind {
	case "result":
		return judgeResult(given.Version, printed)
	case "error":
		return judgeError(given.Version, printed)
	case "version":
		info, err := (&version.PluginDecoder{}).Decode(printed)
		if err != nil {
			return err
		}
		if refusal := (&version.Reconciler{}).CheckRaw(given.Version, info.SupportedVersions()); refusal != nil {
			return refusal
		}
		return nil
	}
	return fmt.Errorf("not a kind of output: %q", given.Kind)
}

// judgeResult converts a result to every version, from there to every other one, and back.
func judgeResult(asked string, printed []byte) error {
	result, err := create.CreateFromBytes(printed)
	if err != nil {
		return err
	}
	if result.Version() != asked {
		return fmt.Errorf("result of version %s, expected %s", result.Version(), asked)
	}
	if err := sameJSON(printed, result); err != nil {
		return err
	}
	for _, first := range version.All.SupportedVersions() {
		for _, second := range version.All.SupportedVersions() {
			back, err := convert(result, first, second, asked)
			if err != nil {
				return fmt.Errorf("by %s and %s: %w", first, second, err)
			}
			// An older version cannot say all that a newer one can: what the oldest on the way can say must survive.
			oldest := min(asked, first, second)
			if before, after := text(result, oldest), text(back, oldest); before != after {
				return fmt.Errorf("by %s and %s: %s became %s", first, second, before, after)
			}
		}
	}
	return nil
}

// convert goes from version to version through JSON, as a result does that each plugin of a chain is given.
func convert(result types.Result, path ...string) (types.Result, error) {
	for _, next := range path {
		converted, err := result.GetAsVersion(next)
		if err != nil {
			return nil, err
		}
		if result, err = create.CreateFromBytes([]byte(text(converted, next))); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func text(result types.Result, version string) string {
	var buffer bytes.Buffer
	converted, err := result.GetAsVersion(version)
	if err == nil {
		err = converted.PrintTo(&buffer)
	}
	if err != nil {
		return err.Error()
	}
	return buffer.String()
}
