package embedded_test

import (
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// TestFaultsNameDamagedMembers damages one thing of a sound member and invitation at a time.
func TestFaultsNameDamagedMembers(t *testing.T) {
	put := func(bucket, key, value string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(key), []byte(value)) }
	}
	remove := func(bucket, key string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete([]byte(key)) }
	}
	hash := [32]byte{1, 2, 3}
	for name, c := range map[string]struct {
		damage func(*bolt.Tx) error
		want   string
	}{
		"sound":              {func(*bolt.Tx) error { return nil }, ""},
		"no user's key":      {remove("userRooms", "ann\x00general"), "room general: ann is not found by his rooms"},
		"another's key":      {put("userRooms", "ben\x00general", ""), "room general: is among the rooms of ben, but does not know him"},
		"no member":          {remove("members", "general\x00ann"), "room general: is among the rooms of ann, but does not know him"},
		"a later record":     {put("members", "general\x00ann", "\x63"), "room general: this version cannot read who ann is"},
		"a later role":       {put("members", "general\x00ann", "\x01\x01\x04king"), "room general: this version cannot read who ann is"},
		"no invitation":      {remove("invitations", string(hash[:])), "a room's key names an invitation that is not there"},
		"no room's key":      {remove("roomInvitations", "general\x00i1"), "invitation i1: is not found by its room general"},
		"a later invitation": {put("invitations", string(hash[:]), "\x63"), "this version cannot read it"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			o := open(t, dir)
			if err := o.Store.Members.PutMember(t.Context(), rooms.Member{RoomID: "general", UserID: "ann", Role: rooms.RoleOwner, Seq: 1}); err != nil {
				t.Fatal(err)
			}
			if err := o.Store.Invitations.CreateInvitation(t.Context(), rooms.Invitation{ID: "i1", Hash: hash, RoomID: "general"}); err != nil {
				t.Fatal(err)
			}
			if err := o.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			alter(t, dir, c.damage)
			faults, err := open(t, dir).Store.Archive.Faults(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(faults) > 0 || !strings.Contains(strings.Join(faults, "\n"), c.want) {
				t.Errorf("%q does not hold %q", faults, c.want)
			}
		})
	}
}

// A record that cannot be read lets nobody in.
func TestADamagedMemberIsRemoved(t *testing.T) {
	for name, record := range map[string]string{"a later version": "\x63\x01\x05owner", "cut": "\x01\x01\x05own", "empty": ""} {
		dir := t.TempDir()
		o := open(t, dir)
		if err := o.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		alter(t, dir, func(tx *bolt.Tx) error {
			return tx.Bucket([]byte("members")).Put([]byte("general\x00ann"), []byte(record))
		})
		m, err := open(t, dir).Store.Members.Member(t.Context(), "general", "ann")
		if err != nil || !m.Removed || m.Role != rooms.RoleNone || m.UserID != "ann" {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}
