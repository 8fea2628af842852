package feed_test

import (
	"testing"

	"go.uber.org/goleak"

	"roomstream/rooms/mongodb/mongotest"
)

// TestMain fails when a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }
