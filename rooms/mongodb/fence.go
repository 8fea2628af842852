package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/xoptions"
)

// fence is the collection whose unique indexes were there when last looked at. Where the
// server can, it refuses what is numbered for any other: between the end of a collection
// and the stream's word of it, the same name may be one without indexes.
type fence struct {
	uuid *bson.Binary // nil: the server cannot
}

// raise verifies the indexes of messages and lets events be numbered again.
func (s *Store) raise(ctx context.Context) error {
	var before, after *bson.Binary
	for {
		if err := ensureIndexes(ctx, s.messages, messageIndexes()); err != nil {
			return err
		}
		var err error
		if after, err = s.collectionID(ctx); err != nil {
			return fail("read the id of messages", err)
		}
		// The indexes were verified between two reads that show the same collection.
		if !s.fences || after != nil && before != nil && after.Equal(*before) {
			break
		}
		before = after
	}
	// A transaction had to make them itself, which not every server does.
	if err := ensureIndexes(ctx, s.members, memberIndexes()); err != nil {
		return err
	}
	if err := ensureIndexes(ctx, s.rooms, roomIndexes()); err != nil {
		return err
	}
	s.fence.Store(&fence{after})
	return nil
}

// collectionID is what MongoDB knows the collection by, whatever its name; nil: it is not
// there, or cannot be asked for.
func (s *Store) collectionID(ctx context.Context) (*bson.Binary, error) {
	if !s.fences {
		return nil, nil
	}
	ctx, cancel := s.reading(ctx)
	defer cancel()
	specs, err := s.messages.Database().ListCollectionSpecifications(ctx, field("name", s.messages.Name()))
	if err != nil || len(specs) == 0 {
		return nil, err
	}
	return specs[0].UUID, nil
}

// insertOptions and bulkOptions are of ordered writes that the fence holds to its
// collection. The driver has no other way to say so.
func (f *fence) insertOptions() (*options.InsertManyOptionsBuilder, error) {
	opts := options.InsertMany().SetOrdered(true)
	if f.uuid == nil {
		return opts, nil
	}
	return opts, xoptions.SetInternalInsertManyOptions(opts, addFields, f.field())
}

func (f *fence) bulkOptions() (*options.BulkWriteOptionsBuilder, error) {
	opts := options.BulkWrite().SetOrdered(true)
	if f.uuid == nil {
		return opts, nil
	}
	return opts, xoptions.SetInternalBulkWriteOptions(opts, addFields, f.field())
}

const addFields = "addCommandFields"

func (f *fence) field() bson.D { return field("collectionUUID", *f.uuid) }
