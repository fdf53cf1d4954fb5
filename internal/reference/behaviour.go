package reference

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// behaviour is what faults and variations change: hooks that the core calls at
// fixed points, and switches that it consults where no hook reaches. The zero
// value is the core as it is.
//
// A hook is called in the order in which faults were named. Hooks marked
// "locked" run with the store's lock held and may read c.srv.store; the others
// run without it.
type behaviour struct {
	// wrap goes around everything, for faults in bytes and connections.
	wrap []func(http.Handler) http.Handler
	// admit sees the requests whose credentials, the value of the header
	// Authorization, are wrong or missing; true lets them in.
	admit []func(c *call, authorization string) bool
	// receive sees every request after it was parsed, those inside bulk
	// included. It may change the request; a reply that is not nil is
	// answered instead, and so is an error.
	receive []func(c *call) (*reply, error)
	// filter sees every parsed filter of a query and returns the one that is
	// evaluated; nil means no filter.
	filter []func(c *call, f scim.Filter) scim.Filter
	// query sees what a list was asked for, before it is answered (locked).
	query []func(c *call, q *query)
	// operation sees every operation of a PATCH before it is applied, with
	// the resource as the operations before it left it (locked).
	operation []func(p *patcher, o *operation) error
	// write sees what is about to be stored: before is nil on a create
	// (locked). It may change after, but not the values in its arrays: it puts
	// others there.
	write []func(c *call, r *resource, before, after object) error
	// show sees every representation of a resource in an answer, projected
	// and ready (locked). It may change it.
	show []func(c *call, r *resource, o object)
	// page sees the ListResponse of a query (locked).
	page []func(c *call, q *query, list object)
	// shape changes the resource types before the first request.
	shape []func(types []*resourceType) []*resourceType
	// answer sees every reply before it is sent, errors and the results of
	// bulk operations included.
	answer []func(c *call, a *reply)

	switches
}

// switches are deviations inside the core.
type switches struct {
	// optional says which required attributes may be left out.
	optional func(c *call, a *attribute) bool
	// acceptDuplicate says which writes are not checked for uniqueness.
	acceptDuplicate func(c *call) bool
	// uniqueByCase takes letter case for a difference in uniqueness checks.
	uniqueByCase bool
	// uniqueAgainstItself finds a conflict of a resource with itself.
	uniqueAgainstItself bool
	// manyPrimaries allows more than one primary value.
	manyPrimaries bool
	// keepOldPrimary leaves the former primary value primary in a PATCH.
	keepOldPrimary bool
	// keepMemberships leaves a deleted resource a member of its groups.
	keepMemberships bool
	// everyone makes every user an indirect member of one more group.
	everyone bool
	// patchNotAtomic keeps the operations before one that fails.
	patchNotAtomic bool
	// patchSkipsFailing leaves out an operation that fails.
	patchSkipsFailing bool
	// patchTouches moves lastModified with a PATCH that changes nothing.
	patchTouches bool
	// patchAnswersOld shows the resource as it was before a PATCH.
	patchAnswersOld bool
	// replaceCreates makes a replace whose filter selects nothing create the
	// value, as Entra ID expects (entra.md E32).
	replaceCreates bool
	// tlsFrom is the oldest version of TLS that Listen speaks; 0 for plain
	// HTTP.
	tlsFrom uint16
	// inactiveGetIn lets users log in who are inactive.
	inactiveGetIn bool
	// signsIn holds other names than the userName that users log in by, by their
	// ids; it is guarded by the store's lock.
	signsIn map[string]string
	// provisionedStayOut lets nobody log in.
	provisionedStayOut bool
	// pathOverToken takes the tenant from the URL, whosever the token is.
	pathOverToken bool
	// readerMay says which writes a token that may only read is let do.
	readerMay func(c *call) bool
	// membersCross and managersCross let a resource refer to one of the other
	// tenant.
	membersCross, managersCross bool
	// numbersAlike numbers the resources of each tenant from 1.
	numbersAlike bool
	// immutableChanges takes other values for immutable attributes.
	immutableChanges func(c *call) bool
	// pageDefault and pageMaximum are the sizes of pages; 0 for the usual ones.
	pageDefault, pageMaximum int
	// mediaTypes are those of bodies that are taken; nil for the usual ones.
	mediaTypes []string
	// openDiscovery answers all of discovery without credentials.
	openDiscovery bool
	// encode writes the body of an answer; as it is without one.
	encode func(o object) []byte
}
