package reference

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/internal/edit"
	"github.com/scimtest/scimtest/scim"
)

// Fault is one thing that real service providers get wrong. Planted in a
// Server it breaks one rule and leaves the others alone; faults compose.
//
// To add one, write a value into a list in fault_<topic>.go (a new file adds
// its list to faultTopics) and plant it with one of the hooks of behaviour,
// which says when each is called and what it may do:
//
//	{"patch-ignored", "PATCH answers 200 and changes nothing", "OKTA-Q01 (B5), E44",
//		onOperation(func(_ *patcher, o *operation) error {
//			o.skip = true
//			return nil
//		})},
//
// The name is kebab-case with the topic first, and stable: checks name it in
// Catches. A test sees to it that every fault changes an answer of the tour in
// tour_test.go; extend the tour when a fault shows somewhere new.
type Fault struct {
	// Name identifies the fault.
	Name string
	// Title says for people what the service provider does.
	Title string
	// Source is where the fault was seen: a quirk id, an interop finding, an
	// issue or a row of the requirements.
	Source string

	plant func(*behaviour)
}

// Variation is one thing that the RFCs allow to be done in another way. It is
// written and applied like a Fault, in variation_<topic>.go.
type Variation struct {
	// Name identifies the variation.
	Name string
	// Title says for people what the service provider does.
	Title string
	// Source is the requirement or note that allows it.
	Source string

	plant func(*behaviour)
}

// faultTopics are the lists of faults, one for each file.
var faultTopics = [][]Fault{
	createFaults, readFaults, replaceFaults, deleteFaults, errorFaults, wireFaults,
	patchFaults, patchValueFaults, patchRemoveFaults, groupFaults, membershipFaults, resourceFaults, messageFaults,
	filterFaults, filterOrderFaults, filterTypeFaults, filterTextFaults, filterPathFaults, filterLogicFaults, sortFaults, pagingFaults, projectionFaults, searchFaults,
	discoveryFaults, bulkFaults, etagFaults, authFaults, requestFaults,
	provisioningFaults, supportFaults, driftFaults,
	dataFaults,
	concurrencyFaults, bulkMessageFaults, offerFaults, requestFormFaults, asyncFaults, transportFaults, placeFaults,
	tenantFaults, rightsFaults,
	unicodeFaults, accessFaults, passwordFaults, payloadFaults, payloadQueryFaults, payloadBodyFaults,
	schemaFaults, detailFaults, cursorFaults, profileFaults,
	attributeFaults, characteristicFaults,
}

// variationTopics are the lists of variations, one for each file.
var variationTopics = [][]Variation{
	wireVariations, resourceVariations, answerVariations, queryVariations, offerVariations, writeVariations, asyncVariations, transportVariations,
	tenantVariations,
	schemaVariations,
	demandVariations, supportVariations, valueVariations, textVariations,
}

// choices lists ways of doing one thing: a service provider has one of each
// list at most.
var choices = [][]string{
	{"patch-answers-204", "patch-without-change-204"},
	{"undeclared-echoed", "undeclared-refused"},
	{"members-on-request", "always-returned"},
	{"location-relative", "location-from-service-root", "location-of-another-host", "location-header-of-another-host"},
	{"etags-strong", "etags-absent"},
	{"etags-absent", "version-in-header-alone"},
	{"times-with-offset", "times-in-seconds", "times-without-zone", "times-stored-finer", "times-in-nanoseconds"},
	{"empty-lists-shown", "nulls-shown"},
	{"no-me", "me-not-found", "me-forbidden", "me-redirects"},
	{"no-filter", "filters-by-eq-alone", "no-value-path-filters"},
	{"no-discovery", "no-schemas-endpoint", "no-manager-and-no-schemas", "discovery-filter-ignored"},
	{"manager-read-only", "no-manager-and-no-schemas", "manager-required", "manager-required-in-extension"},
	{"extension-required-filled-in", "manager-required", "manager-required-in-extension"},
	{"manager-without-ref", "manager-by-ref-alone"},
	{"conflict-409", "conflicts-of-changes-answer-400"},
	{"resources-absent-when-empty", "resources-null-when-empty"},
	{"few-attributes", "user-name-alone", "closed-attribute-list"},
	{"config-needs-no-meta", "type-name-is-not-its-id"},
	{"cursor-paging-alone", "no-pagination-told", "cursor-pages-without-total"},
	{"user-names-in-lower-case", "text-in-capitals", "user-name-case-exact"},
	{"display-name-required", "display-name-made"},
	{"tenant-ids-refused-403", "tenant-ids-refused-401"},
	{"first-email-primary", "first-primary-wins"},
	{"asynchronous-on-request", "asynchronous-result-elsewhere", "not-asynchronous"},
}

// contradict returns two of the variations that are ways of doing one thing.
func contradict(variations []string) (a, b string, found bool) {
	for _, list := range choices {
		var chosen []string
		for _, name := range list {
			if slices.Contains(variations, name) {
				chosen = append(chosen, name)
			}
		}
		if len(chosen) > 1 {
			return chosen[0], chosen[1], true
		}
	}
	return "", "", false
}

// The functions below plant one hook or switch; behaviour says what each is
// for.

func onRequest(f func(c *call) (*reply, error)) func(*behaviour) {
	return func(b *behaviour) { b.receive = append(b.receive, f) }
}

func onFilter(f func(c *call, f scim.Filter) scim.Filter) func(*behaviour) {
	return func(b *behaviour) { b.filter = append(b.filter, f) }
}

func onQuery(f func(c *call, q *query)) func(*behaviour) {
	return func(b *behaviour) { b.query = append(b.query, f) }
}

func onOperation(f func(p *patcher, o *operation) error) func(*behaviour) {
	return func(b *behaviour) { b.operation = append(b.operation, f) }
}

func onWrite(f func(c *call, r *resource, before, after object) error) func(*behaviour) {
	return func(b *behaviour) { b.write = append(b.write, f) }
}

func onShow(f func(c *call, r *resource, o object)) func(*behaviour) {
	return func(b *behaviour) { b.show = append(b.show, f) }
}

func onPage(f func(c *call, q *query, list object)) func(*behaviour) {
	return func(b *behaviour) { b.page = append(b.page, f) }
}

func onAnswer(f func(c *call, a *reply)) func(*behaviour) {
	return func(b *behaviour) { b.answer = append(b.answer, f) }
}

func onWire(f func(http.Handler) http.Handler) func(*behaviour) {
	return func(b *behaviour) { b.wrap = append(b.wrap, f) }
}

func onSwitch(f func(*switches)) func(*behaviour) {
	return func(b *behaviour) { f(&b.switches) }
}

// Faults lists all faults, sorted by name.
func Faults() []Fault { return slices.Clone(allFaults()) }

// Variations lists all variations, sorted by name.
func Variations() []Variation { return slices.Clone(allVariations()) }

// Each service provider looks its own up in these.
var (
	allFaults = sync.OnceValue(func() []Fault {
		all := slices.Concat(faultTopics...)
		slices.SortFunc(all, func(a, b Fault) int { return strings.Compare(a.Name, b.Name) })
		return all
	})
	allVariations = sync.OnceValue(func() []Variation {
		all := slices.Concat(variationTopics...)
		slices.SortFunc(all, func(a, b Variation) int { return strings.Compare(a.Name, b.Name) })
		return all
	})
)

// plant puts faults and variations into the server, variations first: a fault
// is a fault also where something is done in another allowed way.
func (s *Server) plant(faults, variations []string) error {
	if a, b, found := contradict(variations); found {
		return fmt.Errorf("the variations %s and %s are two ways of doing one thing; choose one", a, b)
	}
	knownVariations, knownFaults := allVariations(), allFaults()
	for _, name := range variations {
		i := slices.IndexFunc(knownVariations, func(v Variation) bool { return v.Name == name })
		if i < 0 {
			return unknown("variation", name, namesOf(knownVariations, func(v Variation) string { return v.Name }))
		}
		knownVariations[i].plant(&s.b)
	}
	for _, name := range faults {
		i := slices.IndexFunc(knownFaults, func(f Fault) bool { return f.Name == name })
		if i < 0 {
			return unknown("fault", name, namesOf(knownFaults, func(f Fault) string { return f.Name }))
		}
		knownFaults[i].plant(&s.b)
	}
	return nil
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = name(x)
	}
	return out
}

// unknown words the error for a name that does not exist, with the nearest one
// that does.
func unknown(what, name string, known []string) error {
	best, distance := "", len(name)/2+1
	for _, k := range known {
		if d := edit.Distance(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Errorf("there is no %s %q; did you mean %q?", what, name, best)
	}
	return fmt.Errorf("there is no %s %q; use one of %s", what, name, strings.Join(known, ", "))
}
