// Package mockidp is an identity provider as a library: it sends to a SCIM
// service provider what Okta and Entra ID send, byte for byte, in their order,
// and reacts as they do.
//
// A test of your own needs a few lines:
//
//	func TestOktaDeactivates(t *testing.T) {
//		app := httptest.NewServer(newApp()) // your handler
//		defer app.Close()
//		okta, err := mockidp.Connect("okta-oin", app.URL, "secret")
//		require.NoError(t, err)
//
//		ada := okta.Person("ada")
//		require.NoError(t, okta.Assign(t.Context(), ada).Err())
//		require.NoError(t, okta.Unassign(t.Context(), "ada").Err())
//		// Now look into your own store: can ada still log in?
//	}
//
// [Dialects] lists whom it can play, [Lookup] sets the options of one,
// [LookupMapped] gives it the attribute mapping of a customer's own tenant, and
// [ParseCustom] reads a client of your own from a YAML file. Each verb, such as
// [Provider.Assign] and [Provider.AddMembers], returns a [Change]: what was done,
// the exchanges that it took, and what the identity provider's log says.
//
// A [Dialect] words an intent ("deactivate this user") as HTTP requests; it
// has no state and does no I/O. A [Provider] has a directory, assignments and
// links, and sends the requests of one dialect through a [scim.Doer]: each verb
// makes one change at once. With a [Clock] it tries again what Okta tries again.
// A [Job] has the rhythm of Entra ID on top: the directory changes, and the next
// cycle brings it to the target, with escrow, quarantine and restart. The clock
// is moved by hand, so that a month passes in moments.
//
// What an identity provider sends is taken from its documents and from
// observation; each wording names its source. What nobody knows is not
// invented: a dialect has no function for it.
package mockidp
