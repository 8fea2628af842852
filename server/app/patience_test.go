package app_test

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// An instance that is started just when a primary steps down starts a little later; where that lasts, its start ends.
func TestAStartOutlivesAnElection(t *testing.T) {
	t.Parallel()
	const interrupted = 11602 // InterruptedDueToReplStateChange
	mongod := mongotest.Start(t, "--setParameter", "enableTestCommands=1")
	fails := func(mode any) {
		mongod.Command(t, bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: mode}, {Key: "data", Value: bson.D{
			{Key: "failCommands", Value: bson.A{"createIndexes", "find"}}, {Key: "errorCode", Value: interrupted}, {Key: "appName", Value: "roomstream"},
		}}})
	}
	database := mongod.Database(t)
	c := app.DefaultConfig()
	c.MongoDBURI, c.MongoDBDatabase, c.JWTSecret = mongod.URI, database, "0123456789abcdef0123456789abcdef"
	fails("alwaysOn")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := app.New(ctx, app.Options{Config: c}); rooms.AsError(err).Code != rooms.CodeUnavailable {
		t.Errorf("started with %v", err)
	}
	fails(bson.D{{Key: "times", Value: 5}})
	a := apptest.Start(t, apptest.Options{MongoDBURI: mongod.URI, Database: database})
	becomes(t, a, 200)
}
