// Command mutate breaks the checks and counts which breakages the proofs
// notice: it removes or inverts one assertion at a time, in a share of all
// places drawn by a seed, and compares what the check then says of the
// reference service provider, of each of its faults and of each hostile target
// with what it said before.
//
//	go run ./internal/mutate -share 5
//
// A mutation that nothing notices is an assertion that no fault proves.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() { os.Exit(run()) }

func run() int {
	share := flag.Float64("share", 5, "percent of all mutations")
	seed := flag.Int64("seed", 1, "draws the mutations")
	packages := flag.String("packages", "suites/rfc", "directories of the checks, with commas")
	match := flag.String("match", "", "only mutations whose place or text contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := mutate(ctx, strings.Split(*packages, ","), *share/100, *seed, *match); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// The ways in which a mutation ends.
const (
	noticed  = "noticed"
	survives = "SURVIVES"
	noBuild  = "does not build"
	guarding = " (guard)"
)

func mutate(ctx context.Context, packages []string, share float64, seed int64, match string) error {
	var all []site
	for _, dir := range packages {
		src, err := load(dir)
		if err != nil {
			return err
		}
		all = append(all, src.sites()...)
	}
	draw := rand.New(rand.NewSource(seed))
	work, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	p := &prover{dir: work, before: map[string]string{}}
	if err := p.build(ctx, "", p.binary("before")); err != nil {
		return fmt.Errorf("the tests do not build: %w", err)
	}
	count := map[string]int{}
	for _, s := range all {
		place := fmt.Sprintf("%s:%d", s.file, s.line)
		if draw.Float64() >= share || !strings.Contains(place+s.what, match) {
			continue
		}
		how, err := p.prove(ctx, s)
		if err != nil {
			return err
		}
		if s.guard {
			how += guarding
		}
		count[how]++
		fmt.Printf("%-14s %s %s\n", how, place, s.what)
	}
	tried := count[noticed] + count[survives]
	if tried == 0 {
		return errors.New("no mutation was tried; raise -share")
	}
	fmt.Printf("%d mutations of %d, %d noticed (%.1f %%), %d survive; %d more do not build\n",
		tried, len(all), count[noticed], 100*float64(count[noticed])/float64(tried), count[survives], count[noBuild])
	fmt.Printf("beside them %d statuses taken from answers whose body is judged too: %d noticed\n",
		count[noticed+guarding]+count[survives+guarding], count[noticed+guarding])
	return nil
}

// prover builds and runs the proofs.
type prover struct {
	dir string
	// before is what checks say without a mutation, by their ids.
	before map[string]string
}

// wide is how many of the checks that share a helper stand for all of them: what
// they do not notice, another one might.
const wide = 40

func (p *prover) binary(name string) string { return filepath.Join(p.dir, name+".test") }

func (p *prover) build(ctx context.Context, overlay, to string) error {
	args := []string{"test", "-c", "-o", to}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	out, err := exec.CommandContext(ctx, "go", append(args, "./suites")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

func (p *prover) prove(ctx context.Context, s site) (string, error) {
	s.checks = s.checks[:min(wide, len(s.checks))]
	if p.before[strings.Join(s.checks, ",")] == "" {
		verdicts, err := p.verdicts(ctx, "before", s.checks)
		if err != nil {
			return "", err
		}
		p.before[strings.Join(s.checks, ",")] = verdicts
	}
	overlay, err := p.plant(s)
	if err != nil {
		return "", err
	}
	if err := p.build(ctx, overlay, p.binary("after")); err != nil {
		return noBuild, ctx.Err()
	}
	after, err := p.verdicts(ctx, "after", s.checks)
	return verdict(err != nil || after != p.before[strings.Join(s.checks, ",")]), ctx.Err()
}

func verdict(failed bool) string {
	if failed {
		return noticed
	}
	return survives
}

// plant writes the mutated file and the overlay that puts it in its place.
func (p *prover) plant(s site) (overlay string, err error) {
	text, err := os.ReadFile(s.file)
	if err != nil {
		return "", err
	}
	mutant := filepath.Join(p.dir, "mutant.go")
	text = bytes.Join([][]byte{text[:s.start], []byte(s.text), text[s.end:]}, nil)
	if err := os.WriteFile(mutant, text, 0o600); err != nil {
		return "", err
	}
	file, err := filepath.Abs(s.file)
	if err != nil {
		return "", err
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mutant}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(p.dir, "overlay.json")
	return overlay, os.WriteFile(overlay, replace, 0o600)
}

// verdicts is what checks say of all targets.
func (p *prover) verdicts(ctx context.Context, binary string, checks []string) (string, error) {
	to := filepath.Join(p.dir, "verdicts")
	if err := p.test(ctx, binary, "-test.run", "TestMutant", "-mutant.of", strings.Join(checks, ","), "-mutant.to", to); err != nil {
		return "", err
	}
	out, err := os.ReadFile(to)
	return string(out), err
}

func (p *prover) test(ctx context.Context, binary string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.binary(binary), args...)
	cmd.Dir = "suites"
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
