package profile

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed *.yaml
var embedded embed.FS

// Names lists the built-in profiles, sorted.
func Names() []string {
	entries, _ := embedded.ReadDir(".") // an embedded folder always reads
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(out)
	return out
}

// Load reads a built-in profile by its name, or a file: a path ends in .yaml
// or .yml, or holds a slash. Unknown keys and words are errors with their
// place in the file.
func Load(nameOrPath string) (*Profile, error) {
	if !strings.ContainsAny(nameOrPath, `/\`) && !strings.HasSuffix(nameOrPath, ".yaml") && !strings.HasSuffix(nameOrPath, ".yml") {
		b, err := embedded.ReadFile(nameOrPath + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("there is no profile %q; there are %s, or give a .yaml file", nameOrPath, strings.Join(Names(), ", "))
		}
		return Parse(nameOrPath, b)
	}
	b, err := os.ReadFile(nameOrPath)
	if err != nil {
		return nil, fmt.Errorf("cannot read the profile: %w; check --profile", err)
	}
	return Parse(strings.TrimSuffix(filepath.Base(nameOrPath), filepath.Ext(nameOrPath)), b)
}

// Parse reads a profile. name is used when the file gives none.
func Parse(name string, b []byte) (*Profile, error) {
	var p Profile
	dec := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict(), yaml.DisallowUnknownField())
	if err := dec.Decode(&p); err != nil && len(bytes.TrimSpace(b)) > 0 {
		return nil, fmt.Errorf("the profile %s cannot be used: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if p.Name == "" {
		p.Name = name
	}
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("the profile %s cannot be used: %w", name, err)
	}
	return &p, nil
}

// FeatureNames lists the features that a profile can switch.
var FeatureNames = []string{
	"patch", "bulk", "filter", "sort", "etag", "change-password", "cursor", "index-paging", "groups", "enterprise-user",
	"me", "search", "root-search", "discovery", "read-members", "put", "delete",
}

// validate reports words that are not known.
func (p *Profile) validate() error {
	var errs []error
	oneOf := func(key, value string, words ...string) {
		if value != "" && !slices.Contains(words, value) {
			errs = append(errs, fmt.Errorf("%s is %q; it can be %s", key, value, strings.Join(words, ", ")))
		}
	}
	oneOf("members", p.Members, "get", "list", "user-groups", "none")
	oneOf("cleanup", p.Cleanup, "delete", "deactivate", "keep", "command")
	for name := range p.Features {
		oneOf("a name in features", name, FeatureNames...)
	}
	for id, l := range p.Levels {
		oneOf("levels."+id+".level", l.Level, "must", "should", "skip")
		if l.Reason == "" {
			errs = append(errs, fmt.Errorf("levels.%s has no reason; say why", id))
		}
	}
	for _, m := range p.Methods.Absent {
		method, endpoint, _ := strings.Cut(m, " ")
		oneOf("a method in methods.absent", strings.ToUpper(method), "POST", "PUT", "PATCH", "DELETE")
		if endpoint != "" && !strings.HasPrefix(endpoint, "/") {
			errs = append(errs, fmt.Errorf("methods.absent has %q; write it as PUT or PUT /Users", m))
		}
	}
	if p.Cleanup == "command" && len(p.CleanupCommand) == 0 {
		errs = append(errs, errors.New("cleanup is command, but there is no cleanup-command"))
	}
	if strings.ContainsAny(p.UserDomain, "@/ ") {
		errs = append(errs, fmt.Errorf("user-domain is %q; give a domain, such as test.example.com", p.UserDomain))
	}
	for name := range p.Headers {
		if strings.EqualFold(name, "Authorization") {
			errs = append(errs, errors.New("headers holds Authorization; credentials come from SCIMTEST_TOKEN, a file or a command"))
		}
	}
	return errors.Join(errs...)
}
