package engine

import (
	"github.com/scimtest/scimtest/scim"
)

// Level is how strictly a rule binds a service provider.
type Level string

// The levels. A violated Must or IdP fails, a violated Should is advisory.
const (
	Must   Level = "must"
	Should Level = "should"
	// IdP is for what an identity provider relies on, by its documents or
	// by observation, whatever the RFCs say.
	IdP Level = "idp"
)

// Feature is something that a service provider may lack.
type Feature string

// The features that checks can need. Which of them a target has is resolved
// once a run, in the order profile, ServiceProviderConfig, probe.
const (
	Patch          Feature = "patch"
	Bulk           Feature = "bulk"
	Filtering      Feature = "filter"
	Sorting        Feature = "sort"
	ETag           Feature = "etag"
	ChangePassword Feature = "change-password"
	Cursor         Feature = "cursor"
	IndexPaging    Feature = "index-paging"
	Groups         Feature = "groups"
	EnterpriseUser Feature = "enterprise-user"
	Me             Feature = "me"
	SearchPost     Feature = "search"
	RootSearch     Feature = "root-search"
	Discovery      Feature = "discovery"
	// ReadMembers: the members of a group can be read (profile: members).
	ReadMembers Feature = "read-members"
	// PutMethod and DeleteMethod are only ever switched off by the profile.
	PutMethod    Feature = "put"
	DeleteMethod Feature = "delete"
)

// Ref is a source outside the RFCs, such as a page of an identity provider.
type Ref struct {
	// Key is the short name in the protocol sheets, such as "okta.md S1".
	Key string `json:"key"`
	// Title says what the source is.
	Title string `json:"title,omitempty"`
	// Mark is "documented", "observed" or "assumed".
	Mark string `json:"mark,omitempty"`
}

// Meta is what is known of a check before it runs. It is plain data: a Report
// reads back from JSON into the same value.
type Meta struct {
	// ID names the check for ever, topic first and never with a number:
	// "patch.remove.value-filter-removes-only-matches".
	ID string `json:"id"`
	// FormerIDs keep waivers and dashboards working after a renaming.
	FormerIDs []string `json:"former_ids,omitempty"`
	// Suite is the suite of the check: rfc, okta, entra, invariants, run.
	Suite string `json:"suite"`
	// Title says what a good target does: one sentence, present tense.
	Title string `json:"title"`
	Level Level  `json:"level"`
	// Requires lists rows of requirements.tsv, such as "7644-3.5.2.2-03".
	Requires []string `json:"requires,omitempty"`
	// Sources lists documents of identity providers.
	Sources []Ref `json:"sources,omitempty"`
	// Needs lists what the target must have for the check to apply.
	Needs []Feature `json:"needs,omitempty"`
	// Breaks lists rows of the quirk tables (E51, OKTA-Q27) whose identity
	// provider suffers when the check fails.
	Breaks []string `json:"breaks,omitempty"`
	// Catches lists the faults of the reference service provider with which
	// the check must fail.
	Catches []string `json:"catches,omitempty"`
	// Dialect is the dialect that a flow is spoken in; empty for others.
	Dialect string `json:"dialect,omitempty"`
	// Never says why the identity provider of a flow never does this, or why
	// nobody knows how: it is skipped, whatever the target.
	Never string `json:"never,omitempty"`
	// Provisional checks are new: advisory for one minor release.
	Provisional bool `json:"provisional,omitempty"`
	// Alone checks run without siblings beside them.
	Alone bool `json:"alone,omitempty"`
	// ReadOnly checks write nothing to the target.
	ReadOnly bool `json:"read_only,omitempty"`
	// Hostile checks send what an attacker would. They run behind all others,
	// one by one, until the target begins to shut the run out; a target that is
	// not on this machine gets them only when Plan.Hostile says so.
	Hostile bool `json:"hostile,omitempty"`
	// BadCredentials is how many requests the check may send with other
	// credentials than the run's, or with none.
	BadCredentials int `json:"bad_credentials,omitempty"`
}

// Check is one thing that can be judged. Exactly one of Body and Steps is set,
// or none where Never is.
type Check struct {
	Meta
	// Body arranges, acts and judges. It ends when a status is wrong.
	Body func(*T)
	// Steps returns the steps of a flow with fresh state; ids and titles
	// must be the same on each call. Every step becomes a result.
	Steps func() []Step
	// Arranges is the situation of the whole tenant that the check brings about
	// where the profile has a command for it, such as SeatLimit.
	Arranges string
}

// Step is a part of a check that is reported on its own. The steps of a check
// run in order and share one T's resources and clean-up.
type Step struct {
	ID, Title string
	// Independent steps run even when an earlier step failed.
	Independent bool
	// Level is the level of this step; the check's when empty.
	Level Level
	Do    func(*T)
}

// Invariant is a rule that holds for every answer, whoever caused it. It gives
// one result a run.
type Invariant struct {
	Meta
	// Judge looks at one exchange that has an answer. applies says whether
	// the rule has anything to say about it; findings break the rule.
	Judge func(x *scim.Exchange, d *Discovered) (applies bool, findings []Finding)
}

// Finding is one thing that is wrong.
type Finding struct {
	// Message says what is wrong, without any value that the server made,
	// so that equal faults have equal words.
	Message string `json:"message"`
	// Where is the place: a SCIM path, "status", "header Location".
	Where string `json:"where,omitempty"`
	Want  string `json:"want,omitempty"`
	Got   string `json:"got,omitempty"`
	// Exchange is the number of the exchange in Result.Exchanges, from 1.
	Exchange int `json:"exchange,omitempty"`
	// Count is how often the same was found, when more than once.
	Count int `json:"count,omitempty"`
	// AdminSees is what the administrator of the identity provider gets to see
	// of it; empty when that is not known, or nothing.
	AdminSees string `json:"admin_sees,omitempty"`
	// Advisory findings do not fail a check of level Must or IdP.
	Advisory bool `json:"advisory,omitempty"`
	// Assumed says what the finding rests on that no source shows: the
	// identity provider may word that otherwise, so the finding is advisory.
	Assumed string `json:"assumed,omitempty"`
}
