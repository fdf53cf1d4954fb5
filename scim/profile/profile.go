// Package profile says what a service provider promises: a profile is a YAML
// file that tells a run what to expect of a product and how to treat it.
package profile

import (
	"slices"
	"time"
)

// Profile is what a target promises and needs. The zero value of a field means
// "as the RFCs say".
type Profile struct {
	// Name identifies the profile; "generic" promises what the RFCs demand.
	Name string `yaml:"name"`
	// Title says for people which product this is.
	Title string `yaml:"title"`
	// Extends is the name or file of a profile whose statements hold, too,
	// unless this one words them anew.
	Extends string `yaml:"extends"`
	// BaseURL is the SCIM base URL, used when the command line names none.
	BaseURL string `yaml:"base-url"`
	// Headers are sent with every request.
	Headers map[string]string `yaml:"headers"`
	// BasePath is the form of the path of the base URL, for the emulation;
	// {words} stand for what the product gives each tenant.
	BasePath string `yaml:"base-path"`
	// UserDomain is the domain of generated user names and e-mail
	// addresses; scimtest.example.com when empty.
	UserDomain string `yaml:"user-domain"`
	// Send holds, by resource type name, attributes that every created or
	// replaced resource of that type carries unless a check sets them.
	Send map[string]map[string]any `yaml:"send"`
	// ResourceTypes names those that are absent.
	ResourceTypes struct {
		Absent []string `yaml:"absent"`
	} `yaml:"resource-types"`
	// Methods names what is not offered, such as "DELETE /Users" or "PUT".
	Methods struct {
		Absent []string `yaml:"absent"`
	} `yaml:"methods"`
	// Features overrides what ServiceProviderConfig says, by feature name
	// (patch, bulk, filter, sort, etag, change-password, me, cursor, ...).
	Features map[string]bool `yaml:"features"`
	// Members says how the members of a group can be read: "get" (GET the
	// group, the default), "list" (only in lists), "user-groups" (only in the
	// groups attribute of users) or "none".
	Members string `yaml:"members"`
	// SettlesWithin is how long a write may take to show.
	SettlesWithin struct {
		// ByID is for reads by id.
		ByID time.Duration `yaml:"by-id"`
		// ByFilter is for queries.
		ByFilter time.Duration `yaml:"by-filter"`
	} `yaml:"settles-within"`
	// Cleanup is how created resources are removed: "delete" (the default),
	// "deactivate", "keep" or "command".
	Cleanup string `yaml:"cleanup"`
	// CleanupCommand is run for each resource that is left, with two more
	// arguments, the endpoint without its slash ("Users") and the id, when
	// Cleanup is "command".
	CleanupCommand []string `yaml:"cleanup-command"`
	// Observe is a command that looks at a user beside SCIM. It is run with two
	// more arguments, the userName and the id, and prints a JSON object.
	Observe []string `yaml:"observe"`
	// Arrange holds commands that bring about, by their names, situations that
	// SCIM cannot: "jit-account", run with a userName, "seat-limit", run with
	// "fill" and "free", and "last-administrator", run with "make" and "undo",
	// the userName and the id.
	Arrange map[string][]string `yaml:"arrange"`
	// Supports names the dialects that the product claims to support; the
	// failures of others are advisory. Empty means all.
	Supports []string `yaml:"supports"`
	// Sandbox says that the target may be written to without being asked.
	Sandbox bool `yaml:"sandbox"`
	// Levels raises or lowers the level of checks, by id, with a reason.
	Levels map[string]LevelChange `yaml:"levels"`
	// Discovery says whether the product tells of itself: "present" (with
	// credentials), "anonymous" (without, too) or "absent"; the run finds out
	// when it is empty.
	Discovery string `yaml:"discovery"`
	// MediaTypes lists the media types that bodies may be sent in.
	MediaTypes []string `yaml:"media-types"`
	// UserName says what a userName has to look like.
	UserName UserName `yaml:"user-name"`
	// Deactivation is what becomes of a user whose active is set to false:
	// "inactive" (kept), "gone" (404 from then on) or "either".
	Deactivation string `yaml:"deactivation"`
	// Limits are those that the product documents.
	Limits Limits `yaml:"limits"`
	// Attributes lists, by resource type name and path, the attributes that
	// are kept. A type that it names has no others; types that it does not
	// name are as the target's own schemas say.
	Attributes map[string]map[string]Attribute `yaml:"attributes"`
	// Filters lists, by resource type name, the filters that are offered,
	// with VALUE for any value; others are refused. Every one, when a type is
	// not named.
	Filters map[string][]string `yaml:"filters"`
	// Deviations are what the product does in another way than a target that
	// promises the RFCs, by a name.
	Deviations map[string]Deviation `yaml:"deviations"`
	// Sources says on whose word a statement stands, by its path
	// ("limits.page"); it holds for all below.
	Sources map[string]string `yaml:"sources"`
}

// Lacks reports whether the profile says that a method is not offered at an
// endpoint, such as DELETE at /Users.
func (p *Profile) Lacks(method, endpoint string) bool {
	return slices.Contains(p.Methods.Absent, method) || slices.Contains(p.Methods.Absent, method+" "+endpoint)
}

// LevelChange is another level for a check.
type LevelChange struct {
	// Level is "must", "should" or "skip".
	Level  string `yaml:"level"`
	Reason string `yaml:"reason"`
}
