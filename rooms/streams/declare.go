package streams

import (
	"context"
	"slices"

	"roomstream/auth"
	"roomstream/rooms"
)

// Put declares a stream for by, whom the audit log names. It is known to this instance on return, to all others a moment
// later. The pipeline is tried against the database; its error is BAD_REQUEST. A declaration that is declared as it stands
// changes nothing, and nothing is noted.
func (s *Service) Put(ctx context.Context, by auth.UserID, d *Declaration) (created bool, err error) {
	if err := s.Try(ctx, d); err != nil {
		return false, err
	}
	if err := s.Load(ctx); err != nil { // another instance may have changed it just now
		return false, err
	}
	if s.isDeclared(d) {
		return false, nil
	}
	if created, err = s.write(ctx, by, d); err != nil {
		return false, err
	}
	return created, s.Load(ctx)
}

// write stores a declaration and notes it.
func (s *Service) write(ctx context.Context, by auth.UserID, d *Declaration) (created bool, err error) {
	if created, err = s.store.Put(ctx, d.Name, d.Document()); err == nil {
		s.note(ctx, by, "declare_stream", noteDeclared{d.Name.String(), created})
	}
	return created, err
}

// remove takes a declaration back and notes it, if it is there.
func (s *Service) remove(ctx context.Context, by auth.UserID, name Name) (there bool, err error) {
	if there, err = s.store.Delete(ctx, name); err == nil && there {
		s.note(ctx, by, "remove_stream", noteRemoved{name.String()})
	}
	return there, err
}

// What the audit log keeps of a change.
type (
	noteDeclared struct {
		Stream  string `json:"stream"`
		Created bool   `json:"created"`
	}
	noteRemoved struct {
		Stream string `json:"stream"`
	}
	noteAllowed struct {
		Path   string `json:"path"`
		Prefix bool   `json:"prefix"`
	}
)

// note writes the audit log.
func (s *Service) note(ctx context.Context, by auth.UserID, action string, details any) {
	if s.auditor == nil {
		return
	}
	s.auditor.Note(ctx, rooms.AuditEntry{Actor: by, Action: action}.With(details))
}

// isDeclared says whether a declaration stands as it is.
func (s *Service) isDeclared(d *Declaration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.declared[d.Name]
	return now != nil && now.id == identity(d.Document())
}

// Delete takes a declaration back; NOT_FOUND where there is none.
func (s *Service) Delete(ctx context.Context, by auth.UserID, name Name) error {
	if s.db == nil {
		return errNoDatabase
	}
	there, err := s.remove(ctx, by, name)
	if err != nil {
		return err
	}
	if !there {
		return notDeclared(name)
	}
	return s.Load(ctx)
}

// Replace makes these the declarations of a collection, all of it: others of the collection go. All are tried before any
// is written.
func (s *Service) Replace(ctx context.Context, by auth.UserID, collection string, to []*Declaration) error {
	if s.db == nil {
		return errNoDatabase
	}
	if err := s.own(collection); err != nil {
		return err
	}
	for _, d := range to {
		if err := s.Try(ctx, d); err != nil {
			return err
		}
	}
	if err := s.Load(ctx); err != nil {
		return err
	}
	for _, d := range to {
		if s.isDeclared(d) {
			continue
		}
		if _, err := s.write(ctx, by, d); err != nil {
			return err
		}
	}
	for _, name := range s.others(collection, to) {
		if _, err := s.remove(ctx, by, name); err != nil {
			return err
		}
	}
	return s.Load(ctx)
}

// others names the declarations of a collection that are not in a list.
func (s *Service) others(collection string, but []*Declaration) []Name {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []Name
	for name := range s.declared {
		kept := func(d *Declaration) bool { return d.Name == name }
		if name.Collection == collection && !slices.ContainsFunc(but, kept) {
			names = append(names, name)
		}
	}
	return names
}
