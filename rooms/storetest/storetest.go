// Package storetest is the conformance suite of the stores: whatever implements
// rooms.Store and auth.AccountStore passes Run.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// Opened is a store under test. What its functions open they close at the test's end.
type Opened struct {
	Store    rooms.Store
	Accounts auth.AccountStore

	// Close closes the store; it may be called more than once.
	Close func(ctx context.Context) error
	// Another opens one more instance on the same data: where only one process may
	// have the data open, it is the same instance.
	Another func(t *testing.T) Opened
	// Reopen closes the store and opens its data again.
	Reopen func(t *testing.T) Opened
}

// patience is how long a test waits for something that must happen; it is long
// because -race on a busy machine is slow, and costs nothing when the test passes.
const patience = 20 * time.Second

// Run holds a store to the contracts in rooms/store.go, rooms/store_related.go,
// rooms/store_members.go, rooms/notification.go and auth/store.go. open gives a
// store without any data each time.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	tests := []struct {
		name string
		test func(t *testing.T, o Opened)
	}{
		{"AppendedEventsAreReadAsTheyWereWritten", readsBack},
		{"AppendOfNothingIsNothing", appendsNothing},
		{"SinceIsBounded", sinceIsBounded},
		{"BeforeIsBounded", beforeIsBounded},
		{"RoomsDoNotMix", roomsDoNotMix},
		{"NewestOfManyRooms", newestOfManyRooms},
		{"DuplicateStopsAtEachPosition", duplicateStops},
		{"DuplicateWithinOneBatch", duplicateWithinBatch},
		{"ClientIDIsPerRoomAndAuthor", clientIDIsPerRoomAndAuthor},
		{"FindByIDAndClientID", findsByIDAndClientID},
		{"VoidFillsANumber", voidFillsANumber},
		{"AppendDoesNotKeepEvents", appendDoesNotKeep},
		{"TwoInstancesFightForNumbers", instancesFight},
		{"ManyAppendersOfManyRooms", manyAppenders},
		{"WatchTellsAllInOrder", watchTellsAll},
		{"WatchTellsOfTheOtherInstance", watchTellsOfTheOther},
		{"WatchTellsOnlyFromNowOn", watchTellsFromNowOn},
		{"BeatComesBack", beatComesBack},
		{"WatchEndsWithItsContext", watchEndsWithContext},
		{"CloseEndsEverything", closeEndsEverything},
		{"CancelledCallsReturn", cancelledCallsReturn},
		{"Catalog", catalog},
		{"CatalogOfTwoInstances", catalogOfTwo},
		{"Accounts", accounts},
		{"AccountNameRace", accountRace},
		{"ReopenKeepsAll", reopenKeepsAll},
		{"ChangesAreReadAsTheyWereWritten", changesReadBack},
		{"FoldReadsEventsWithTheirChanges", foldReadsWithChanges},
		{"ConcerningReadsChangesAndAnswers", concerningReadsChangesAndAnswers},
		{"AttachedReadsWhatShowsFiles", attachedReadsWhatShowsFiles},
		{"DeletedAreNamed", deletedAreNamed},
		{"ThreadIsBounded", threadIsBounded},
		{"LongThread", longThread},
		{"RetentionIsKept", retentionIsKept},
		{"FenceRises", fenceRises},
		{"BlankTakesContent", blankTakesContent},
		{"RemoveTakesAll", removeTakesAll},
		{"ByAuthorGivesAll", byAuthorGivesAll},
		{"ByAuthorMayAppend", byAuthorMayAppend},
		{"EraseBlanksInPlace", eraseBlanksInPlace},
		{"EraseMany", eraseMany},
		{"LogRooms", logRooms},
		{"PutRoomWritesAsGiven", putRoomWritesAsGiven},
		{"LogIDCanBeSet", logIDCanBeSet},
		{"DeriveReplaces", deriveReplaces},
		{"SoundStoreHasNoFaults", soundStoreHasNoFaults},
		{"AccountArchive", accountArchive},
		{"SignalsReachAll", signalsReachAll},
		{"SignalsComeOnce", signalsComeOnce},
		{"SignalsFromNowOn", signalsFromNowOn},
		{"SignalsEndWithTheStore", signalsEndWithStore},
		{"NotificationsAreKept", notificationsAreKept},
		{"NotificationsAreMarked", notificationsAreMarked},
		{"NotificationsReachAll", notificationsReachAll},
		{"NotificationsGoOn", notificationsGoOn},
		{"NotificationsEndWithTheStore", notificationsEndWithStore},
		{"NotificationsAreErased", notificationsAreErased},
		{"NotificationsAreWithdrawn", notificationsAreWithdrawn},
		{"StateIsReadAsItWasWritten", stateReadsBack},
		{"StateOutlivesContent", stateOutlivesContent},
		{"ChangesAreWhole", changesAreWhole},
		{"ChangesAreJudged", changesAreJudged},
		{"ChangesAreRefusedWhole", changesAreRefusedWhole},
		{"ChangesFight", changesFight},
		{"ChangesAmongMessages", changesAmongMessages},
		{"MembersAreListed", membersAreListed},
		{"MembersAreErased", membersAreErased},
		{"ReadingIsRaised", readingIsRaised},
		{"AlertsAreKept", alertsAreKept},
		{"AlertsRace", alertsRace},
		{"ReadingRaces", readingRaces},
		{"DeliveryIsRaised", deliveryIsRaised},
		{"DeliveryRaces", deliveryRaces},
		{"ReadingRacesWithJoining", readingRacesWithJoining},
		{"UnreadIsCounted", unreadIsCounted},
		{"MentionsAreExact", mentionsAreExact},
		{"UnreadBehindDeletes", unreadBehindDeletes},
		{"OverviewGivesRooms", overviewGivesRooms},
		{"OverviewOfMany", overviewOfMany},
		{"ListIsBounded", listIsBounded},
		{"InvitationsAreKept", invitationsAreKept},
		{"InvitationsAreUsed", invitationsAreUsed},
		{"InvitationsAreErased", invitationsAreErased},
		{"InvitationsRace", invitationsRace},
		{"ProfilesAreKept", profilesAreKept},
		{"ProfilesAreFound", profilesAreFound},
		{"ProfilesAreNamed", profilesAreNamed},
		{"ProfilesAreSeen", profilesAreSeen},
		{"ProfilesOfMany", profilesOfMany},
		{"ProfilesAreErased", profilesAreErased},
		{"SubscriptionsAreKept", subscriptionsAreKept},
		{"SubscriptionsAreBounded", subscriptionsAreBounded},
		{"OnePushKey", onePushKey},
		{"ThreadsAreKept", threadsAreKept},
		{"ThreadsRace", threadsRace},
		{"ThreadsGo", threadsGo},
		{"AnsweredNamesWhatIsAnswered", answeredNamesParents},
		{"NotificationsAreStoredOnce", notificationsAreStoredOnce},
		{"ReportsAreKept", reportsAreKept},
		{"ReportsComeOnce", reportsComeOnce},
		{"AuditIsKept", auditIsKept},
		{"FilesAreKept", filesAreKept},
		{"FilesAreTakenOnce", filesAreTakenOnce},
		{"BlobsAreKept", blobsAreKept},
		{"CutOffBlobsAreNone", cutOffBlobsAreNone},
		{"HoldingFindsTexts", holdingFindsTexts},
		{"HoldingForgets", holdingForgets},
		{"LatestIsBounded", latestIsBounded},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// waiting gives a context for one step of a test.
func waiting(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// Message makes a message as a client's send would be stored.
func Message(room rooms.RoomID, seq int64) *rooms.Event {
	e := &rooms.Event{
		RoomID: room, Seq: seq, Author: "ann", Text: fmt.Sprintf("message %d of %s", seq, room),
		Timestamp: time.Now().UTC().Truncate(time.Millisecond),
	}
	rand.Read(e.ID[:])
	e.ClientID = e.ID.String()
	return e
}

// Messages makes n messages of a room, numbered from first on.
func Messages(room rooms.RoomID, first int64, n int) []*rooms.Event {
	events := make([]*rooms.Event, n)
	for i := range events {
		events[i] = Message(room, first+int64(i))
	}
	return events
}

func mustAppend(t *testing.T, o Opened, events ...*rooms.Event) {
	t.Helper()
	if err := o.Store.Log.Append(waiting(t), events); err != nil {
		t.Fatalf("append: %v", err)
	}
}

func mustSince(t *testing.T, o Opened, room rooms.RoomID, after int64, page rooms.Page) []rooms.Event {
	t.Helper()
	events, err := o.Store.Log.Since(waiting(t), room, after, page)
	if err != nil {
		t.Fatalf("since: %v", err)
	}
	return events
}

// wantDuplicate checks that an append was refused at a position for a key.
func wantDuplicate(t *testing.T, err error, at int, key rooms.Unique) {
	t.Helper()
	var dup *rooms.DuplicateError
	if !errors.As(err, &dup) {
		t.Fatalf("got error %v, want a DuplicateError", err)
	}
	if dup.At != at || dup.Key != key {
		t.Fatalf("refused event %d for %s, want event %d for %s", dup.At, dup.Key, at, key)
	}
}

// wantEvents checks that events are the wanted ones, in order.
func wantEvents(t *testing.T, got []rooms.Event, want ...*rooms.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d events, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != *want[i] {
			t.Fatalf("event %d:\n got %+v\nwant %+v", i, got[i], *want[i])
		}
	}
}

// seqs gives the events' numbers.
func seqs(events []rooms.Event) []int64 {
	out := make([]int64, len(events))
	for i := range events {
		out[i] = events[i].Seq
	}
	return out
}
