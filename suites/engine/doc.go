// Package engine runs checks against a SCIM service provider and reports what
// it found.
//
// A [Check] is a value: an id that never changes, the rule it stands for, the
// faults it must catch, and a body of about a dozen lines in the words of the
// protocol. A [Plan] is a selection of checks with everything that bends them
// (profile, waivers, seed); [Run] executes it and returns a [Report], which
// writers turn into files.
//
// A body arranges, acts and judges. What a Given method cannot arrange blocks
// the check, it never fails it; a wrong status ends the check; other
// expectations collect; a check that expected nothing is broken, never passed.
package engine
