package storetest

import (
	"context"
	"maps"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// laterCalls are the calls of what stands in rooms/store_related.go, and of the
// accounts' archive, that take a context.
func laterCalls(o Opened) map[string]func(ctx context.Context) error {
	related, trimmer, eraser := o.Store.Related, o.Store.Trimmer, o.Store.Eraser
	archive, signals := o.Store.Archive, o.Store.Signals
	all := map[string]func(ctx context.Context) error{
		"Fold": func(ctx context.Context) error {
			_, err := related.Fold(ctx, "general", []int64{1})
			return err
		},
		"Concerning": func(ctx context.Context) error {
			_, err := related.Concerning(ctx, "general", []int64{1})
			return err
		},
		"Deleted": func(ctx context.Context) error {
			_, err := related.Deleted(ctx, "general", []int64{1})
			return err
		},
		"Thread": func(ctx context.Context) error {
			_, err := related.Thread(ctx, "general", 1, 0, rooms.MaxSeq, false, rooms.Page{})
			return err
		},
		"SetRetention": func(ctx context.Context) error { return trimmer.SetRetention(ctx, "general", time.Hour) },
		"Fence":        func(ctx context.Context) error { return trimmer.Fence(ctx, "general", 2, 2, now()) },
		"Blank": func(ctx context.Context) error {
			_, err := trimmer.Blank(ctx, "general", rooms.MaxSeq, 10)
			return err
		},
		"Remove": func(ctx context.Context) error {
			_, err := trimmer.Remove(ctx, "general", rooms.MaxSeq, 10)
			return err
		},
		"ByAuthor": func(ctx context.Context) error {
			return eraser.ByAuthor(ctx, "ann", func(rooms.Event) error { return nil })
		},
		"Erase": func(ctx context.Context) error {
			_, err := eraser.Erase(ctx, "ann")
			return err
		},
		"LogRooms": func(ctx context.Context) error {
			_, err := archive.LogRooms(ctx, "", 10)
			return err
		},
		"PutRoom":  func(ctx context.Context) error { return archive.PutRoom(ctx, rooms.Room{ID: "put"}) },
		"SetLogID": func(ctx context.Context) error { return archive.SetLogID(ctx, "other") },
		"Derive":   func(ctx context.Context) error { return archive.Derive(ctx, *reactionTo("general", 1, 1)) },
		"Faults": func(ctx context.Context) error {
			_, err := archive.Faults(ctx)
			return err
		},
		"SendSignals": func(ctx context.Context) error {
			return signals.Send(ctx, []rooms.Signal{{Kind: rooms.SignalHello, Instance: "one"}})
		},
		"WatchSignals": func(ctx context.Context) error {
			return signals.Watch(ctx, func() {}, func([]rooms.Signal) {})
		},
	}
	maps.Copy(all, memberCalls(o))
	searcher := o.Store.Searcher
	all["Holding"] = func(ctx context.Context) error {
		_, err := searcher.Holding(ctx, words("hello"), 10)
		return err
	}
	all["Latest"] = func(ctx context.Context) error {
		_, err := searcher.Latest(ctx, rooms.EventID{0xFF}, rooms.Page{Events: 1})
		return err
	}
	all["Edits"] = func(ctx context.Context) error {
		_, err := searcher.Edits(ctx, []rooms.Event{{RoomID: "general", Seq: 1}})
		return err
	}
	notifications := o.Store.Notifications
	all["Notify"] = func(ctx context.Context) error {
		_, err := notifications.Notify(ctx, []rooms.Notification{notificationOf("ann", 1)})
		return err
	}
	all["Notifications"] = func(ctx context.Context) error {
		_, err := notifications.Notifications(ctx, "ann", rooms.EventID{}, true, 10)
		return err
	}
	all["MarkNotifications"] = func(ctx context.Context) error {
		return notifications.MarkNotifications(ctx, "ann", []rooms.EventID{{1}}, true)
	}
	all["Withdraw"] = func(ctx context.Context) error {
		return notifications.Withdraw(ctx, "general", rooms.Withdrawal{Below: 2, Gone: []int64{3}, Edited: []int64{4}})
	}
	all["UnreadNotifications"] = func(ctx context.Context) error {
		_, err := notifications.UnreadNotifications(ctx, "ann", 10)
		return err
	}
	all["WatchNotifications"] = func(ctx context.Context) error {
		return notifications.WatchNotifications(ctx, func() {}, func([]rooms.Notification) {})
	}
	all["EraseNotifications"] = func(ctx context.Context) error {
		_, err := eraser.EraseNotifications(ctx, "ann")
		return err
	}
	maps.Copy(all, subscriptionCalls(o))
	if accounts, ok := o.Accounts.(auth.AccountArchive); ok {
		all["Accounts"] = func(ctx context.Context) error {
			_, err := accounts.Accounts(ctx, "", 10)
			return err
		}
		all["RemoveAccount"] = func(ctx context.Context) error { return accounts.RemoveAccount(ctx, "a:1") }
	}
	return all
}
