// Package reference is a SCIM 2.0 service provider in memory, complete by RFC
// 7643, 7644 and 9865, that everything else is tested against. It is also the
// place where faults are planted: a Fault makes it get one thing wrong, a
// Variation makes it do one thing in another way that the RFCs allow, and a
// Hostile is no service provider at all.
//
// Filters, PATCH and projection are evaluated here and nowhere else: the judge
// and the judged share names and grammar, never evaluation.
package reference
