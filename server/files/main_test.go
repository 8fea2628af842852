package files_test

import (
	"testing"

	"go.uber.org/goleak"

	"roomstream/rooms/mongodb/mongotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }
