// Package mapping reads the attribute mapping of a customer's own tenant, and
// says what it makes of a user: the synchronization schema that Entra ID exports
// ([ParseEntra]), and the profile mapping of an Okta application with the schema
// of its users ([ParseOkta]).
//
// A [Mapping] is data and expressions; it sends nothing. What it makes of a user
// ([Mapping.Evaluate]) is worded as requests by the dialects of package mockidp.
//
// What is not supported is left out of the mapping and named with its place in
// [Mapping.Problems]: never guessed, and never a reason to refuse the rest.
package mapping
