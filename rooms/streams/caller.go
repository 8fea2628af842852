package streams

import (
	"slices"

	"roomstream/auth"
)

// Caller is who opens a stream or inserts a document.
type Caller struct {
	User  auth.User
	Known bool // false: without a token; User is zero
}

func allows(public bool, roles []string, c Caller) bool {
	if public || c.Known && c.User.Has(auth.RoleAdmin) {
		return true
	}
	return slices.ContainsFunc(roles, func(role string) bool {
		return role == RoleUnauthenticated || c.Known && c.User.Has(role)
	})
}
