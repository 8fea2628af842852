package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/rooms"
)

// retryAfter is what a client is told to wait when the database does not answer:
// an election takes seconds.
const retryAfter = time.Second

// The server's error codes that mean something here.
const (
	codeDuplicateKey         = 11000
	codeIndexNotFound        = 27
	codeNamespaceNotFound    = 26
	codeUnauthorized         = 13
	codeValidationFailure    = 121
	codeAuthenticationFailed = 18
	codeIndexOptionsConflict = 85
	codeIndexKeySpecs        = 86
)

var errClosed = rooms.E(rooms.CodeUnavailable, "the store is closed")

// fail gives the driver's error of a call its code. doing is for the log.
func fail(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mongo.ErrClientDisconnected):
		return fmt.Errorf("%s: %w", doing, errClosed)
	case errors.Is(err, context.Canceled):
		// Not the driver's own error, which says the same at length.
		return fmt.Errorf("%s: %w", doing, context.Canceled)
	case refusesUs(err):
		return fmt.Errorf("%s: %w", doing, rooms.Wrap(rooms.CodeInternal, err, "the database refuses the credentials of -mongodb-uri"))
	case isCommandError(err) && !isPassing(err):
		return fmt.Errorf("%s: %w", doing, err)
	}
	unavailable := rooms.Wrap(rooms.CodeUnavailable, err, "the database does not answer")
	unavailable.RetryAfter = retryAfter
	return fmt.Errorf("%s: %w", doing, unavailable)
}

// refusesUs tells of a lack of rights.
func refusesUs(err error) bool {
	return hasCode(err, codeUnauthorized) || hasCode(err, codeAuthenticationFailed)
}

// isCommandError tells of errors that a server gave, as opposed to those of the way
// to it.
func isCommandError(err error) bool {
	var server mongo.ServerError
	return errors.As(err, &server)
}

// isPassing tells of failures that end by themselves: no answer, no primary, no
// majority.
func isPassing(err error) bool {
	var server mongo.ServerError
	if errors.As(err, &server) && (server.HasErrorLabel("RetryableWriteError") || server.HasErrorLabel("TransientTransactionError")) {
		return true
	}
	var bulk mongo.BulkWriteException
	if errors.As(err, &bulk) && bulk.WriteConcernError != nil {
		return true
	}
	var write mongo.WriteException
	if errors.As(err, &write) && write.WriteConcernError != nil {
		return true
	}
	return mongo.IsTimeout(err) || mongo.IsNetworkError(err) || isElection(err)
}

// isElection tells of the codes of a node that is no longer, or not yet, the primary, or
// has no majority's state to read from yet:
// InterruptedAtShutdown, InterruptedDueToReplStateChange, NotPrimaryOrSecondary,
// PrimarySteppedDown, ShutdownInProgress, NotWritablePrimary, NotPrimaryNoSecondaryOk,
// ReadConcernMajorityNotAvailableYet, SnapshotUnavailable, SnapshotTooOld.
func isElection(err error) bool {
	for _, code := range []int{11600, 11602, 13436, 189, 91, 10107, 13435, 134, 246, 239} {
		if hasCode(err, code) {
			return true
		}
	}
	return false
}

func hasCode(err error, code int) bool {
	var server mongo.ServerError
	return errors.As(err, &server) && server.HasErrorCode(code)
}

// writeRefusal gives the one event that stopped an ordered write. There is none where
// the outcome of the write is unknown. A write concern that failed besides makes it
// unknown too, because what was written before the refused event may be rolled back.
func writeRefusal(err error) (mongo.BulkWriteError, bool) {
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil || len(bulk.WriteErrors) != 1 {
		return mongo.BulkWriteError{}, false
	}
	return bulk.WriteErrors[0], true
}

// forbiddenOf says which event a validator of the operator's refused; nil: none.
func forbiddenOf(err error) *rooms.RefusedError {
	refused, ok := writeRefusal(err)
	if !ok || refused.Code != codeValidationFailure {
		return nil
	}
	return &rooms.RefusedError{At: refused.Index, Reason: refused.Message}
}

// duplicateOf says which event of an ordered write was refused for a taken key. It
// is nil for every other error.
func duplicateOf(err error) *rooms.DuplicateError {
	refused, ok := writeRefusal(err)
	if !ok || refused.Code != codeDuplicateKey {
		return nil
	}
	switch key := refusingIndex(refused.Message); key {
	case rooms.UniqueSeq, rooms.UniqueClientID, rooms.UniqueID:
		return &rooms.DuplicateError{At: refused.Index, Key: key}
	}
	return nil // an index of somebody else's
}

// refusingIndex reads the index's name out of "E11000 duplicate key error collection:
// db.messages index: NAME dup key: {...}". Only the first mark counts: the values
// behind it are what a client sent.
func refusingIndex(message string) rooms.Unique {
	_, after, _ := strings.Cut(message, " index: ")
	name, _, _ := strings.Cut(after, " ")
	return rooms.Unique(name)
}

func isDuplicate(err error) bool { return mongo.IsDuplicateKeyError(err) }

// onlyDuplicates says whether an unordered write failed for nothing but keys that were taken.
func onlyDuplicates(err error) bool {
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return false
	}
	return !slices.ContainsFunc(bulk.WriteErrors, func(refused mongo.BulkWriteError) bool { return refused.Code != codeDuplicateKey })
}

func isNotFound(err error) bool { return errors.Is(err, mongo.ErrNoDocuments) }

// failIndex explains why an index cannot be made.
func failIndex(collection string, err error) error {
	switch {
	case hasCode(err, codeDuplicateKey):
		return fmt.Errorf("the unique indexes of %s cannot be made because it holds duplicates; remove them: %w", collection, err)
	case hasCode(err, codeIndexOptionsConflict), hasCode(err, codeIndexKeySpecs):
		return fmt.Errorf("%s has an index that stands in the way of one this program needs; drop it, the right one is made at the next start: %w", collection, err)
	}
	return fail("make the indexes of "+collection, err)
}
