// Package mockidp is an identity provider as a library: it sends to a SCIM
// service provider what Okta and Entra ID send, byte for byte, in their order,
// and reacts as they do.
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
