package mongodb

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
)

// Profiles are the documents of the collection profiles.
type Profiles struct{ *Store }

var _ rooms.Profiles = (*Profiles)(nil)

// profileIndexes find a profile by its whole name, and by the beginning of one of its words.
func profileIndexes() []index {
	return []index{
		{name: "name", key: keys("nameKey", "_id"), partial: exists("nameKey")},
		{name: "word", key: keys("words", "_id")},
	}
}

// storedProfile is a profile as it is stored. Given and what follows are absent where they are zero.
type storedProfile struct {
	ID     string    `bson:"_id"`
	Name   string    `bson:"name"`
	Given  bool      `bson:"given"`
	Avatar string    `bson:"avatar"`
	Status string    `bson:"status"`
	SeenAt time.Time `bson:"seenAt"`
}

func (s *storedProfile) profile() rooms.Profile {
	p := rooms.Profile{UserID: auth.UserID(s.ID), Name: s.Name, Given: s.Given, Avatar: s.Avatar, Status: rooms.Status(s.Status)}
	if !s.SeenAt.IsZero() {
		p.SeenAt = s.SeenAt.UTC()
	}
	return p
}

// Profiles reads by the _ids.
func (p *Profiles) Profiles(ctx context.Context, users []auth.UserID) ([]rooms.Profile, error) {
	if len(users) == 0 {
		return nil, ctx.Err()
	}
	found, err := p.find(ctx, field("_id", field("$in", texts(users))))
	return found, fail(fmt.Sprintf("read %d profiles", len(users)), err)
}

// texts makes an array of texts.
func texts[T ~string](list []T) bson.A {
	a := make(bson.A, len(list))
	for i, text := range list {
		a[i] = string(text)
	}
	return a
}

func (p *Profiles) find(ctx context.Context, filter bson.D, opts ...options.Lister[options.FindOptions]) ([]rooms.Profile, error) {
	ctx, cancel := p.reading(ctx)
	defer cancel()
	cursor, err := p.profiles.Find(ctx, filter, append(opts, options.Find().SetProjection(bson.D{{Key: "words", Value: 0}, {Key: "nameKey", Value: 0}}))...)
	if err != nil {
		return nil, err
	}
	return collectProfiles(ctx, cursor)
}

func collectProfiles(ctx context.Context, cursor *mongo.Cursor) ([]rooms.Profile, error) {
	var stored []storedProfile
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, err
	}
	list := make([]rooms.Profile, len(stored))
	for i := range stored {
		list[i] = stored[i].profile()
	}
	return list, nil
}

// endOf gives the least text above all that begin with prefix, by which words are compared as
// bytes; false: there is none.
func endOf(prefix string) (string, bool) {
	runes := []rune(prefix)
	for i := len(runes) - 1; i >= 0; i-- {
		next := runes[i] + 1
		if utf16.IsSurrogate(next) {
			next = surrogatesEnd
		}
		if next <= utf8.MaxRune {
			return string(runes[:i]) + string(next), true
		}
	}
	return "", false
}

// surrogatesEnd is the first character after those that UTF-8 does not have.
const surrogatesEnd = 0xE000

// SearchProfiles looks through one stretch of the words' index: prefix is a value, never a
// pattern. Who has two words that begin so is met twice there and comes once.
func (p *Profiles) SearchProfiles(ctx context.Context, prefix string, after auth.UserID, limit int) ([]rooms.Profile, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	filter := field("_id", field("$gt", string(after)))
	opts := options.Find().SetSort(field("_id", 1)).SetLimit(int64(limit))
	if prefix != "" {
		begins := field("$gte", prefix)
		if end, ok := endOf(prefix); ok {
			begins = append(begins, bson.E{Key: "$lt", Value: end})
		}
		filter = append(filter, bson.E{Key: "words", Value: field("$elemMatch", begins)})
		opts.SetHint("word") // else the order by _id tempts the server to look through all profiles
	}
	found, err := p.find(ctx, filter, opts)
	return found, fail("look for profiles", err)
}

// namedAtOnce bounds the reads of one NamedProfiles that run at the same time.
const namedAtOnce = 8

// NamedProfiles asks first which of the keys there are, by the index alone, then for those
// of each: few of the keys of a text are anybody's name, but many may have one name.
func (p *Profiles) NamedProfiles(ctx context.Context, keys []string, among []auth.UserID, most int) ([]rooms.Profile, error) {
	if len(keys) == 0 || among != nil && len(among) == 0 || most < 1 {
		return nil, ctx.Err()
	}
	asking, cancel := p.reading(ctx)
	defer cancel()
	known, err := p.profiles.Distinct(asking, "nameKey", field("nameKey", field("$in", texts(keys))))
	if err != nil {
		return nil, fail("look for names", err)
	}
	each := make([][]rooms.Profile, len(known))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(namedAtOnce)
	for i, key := range known {
		group.Go(func() (err error) {
			filter := field("nameKey", key)
			if among != nil {
				filter = append(filter, bson.E{Key: "_id", Value: field("$in", texts(among))})
			}
			each[i], err = p.find(ctx, filter, options.Find().SetSort(bson.D{{Key: "nameKey", Value: 1}, {Key: "_id", Value: 1}}).SetLimit(int64(most)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fail("look for profiles by name", err)
	}
	return slices.Concat(each...), nil
}

// changeTries is how often a change is tried again that found no profile and then another's new one.
const changeTries = 3

// ChangeProfile updates the document, or inserts it.
func (p *Profiles) ChangeProfile(ctx context.Context, user auth.UserID, c rooms.ProfileChange) (rooms.Profile, error) {
	if err := ctx.Err(); err != nil {
		return rooms.Profile{}, err
	}
	ctx, cancel := p.writing(ctx)
	defer cancel()
	update := profileUpdate(user, c)
	filter := field("_id", string(user))
	if c.Name != nil && !c.Given && !c.Release {
		// Where the name was set by hand nothing matches, and the insert is refused as one _id too many.
		filter = append(filter, notGiven())
	}
	opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
	for try := 1; ; try++ {
		var stored storedProfile
		err := p.profiles.FindOneAndUpdate(ctx, filter, update, opts).Decode(&stored)
		if isDuplicate(err) && len(filter) > 1 {
			err = p.profiles.FindOne(ctx, field("_id", string(user))).Decode(&stored)
			if err == nil && stored.Given && (c.Avatar != nil || c.Status != nil) {
				return p.ChangeProfile(ctx, user, rooms.ProfileChange{Avatar: c.Avatar, Status: c.Status})
			}
			if err == nil && !stored.Given && try < changeTries { // just made by another
				continue
			}
		} else if isDuplicate(err) && try < changeTries {
			continue
		}
		return stored.profile(), fail("change a profile", err)
	}
}

// profileUpdate gives the update that makes a change.
func profileUpdate(user auth.UserID, c rooms.ProfileChange) bson.D {
	set, unset := bson.D{}, bson.D{}
	put := func(name, value string) {
		if value == "" {
			unset = append(unset, bson.E{Key: name, Value: ""})
			return
		}
		set = append(set, bson.E{Key: name, Value: value})
	}
	profile := rooms.Profile{UserID: user}
	inserted := bson.D{}
	if c.Name != nil {
		profile.Name = *c.Name
		put("name", profile.Name)
		put("nameKey", profile.Key())
		set = append(set, bson.E{Key: "words", Value: texts(profile.Words())})
		if c.Given {
			set = append(set, bson.E{Key: "given", Value: true})
		} else {
			put("given", "")
		}
	} else {
		inserted = field("words", texts(profile.Words()))
	}
	if c.Avatar != nil {
		put("avatar", *c.Avatar)
	}
	if c.Status != nil {
		put("status", string(*c.Status))
	}
	update := bson.D{}
	for _, part := range []bson.E{{Key: "$set", Value: set}, {Key: "$unset", Value: unset}, {Key: "$setOnInsert", Value: inserted}} {
		if len(part.Value.(bson.D)) > 0 {
			update = append(update, part)
		}
	}
	return update
}

// NameProfiles updates all in one unordered write. Where a name was set by hand nothing matches, and the insert is refused as
// one _id too many; so is it where another has just made the profile, which the read behind it tells.
func (p *Profiles) NameProfiles(ctx context.Context, named []rooms.Named) ([]rooms.Profile, error) {
	if err := ctx.Err(); err != nil || len(named) == 0 {
		return nil, err
	}
	writes, users, names := make([]mongo.WriteModel, len(named)), make([]auth.UserID, len(named)), make(map[auth.UserID]string, len(named))
	for i, n := range named {
		filter := append(field("_id", string(n.UserID)), notGiven())
		writes[i] = mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(profileUpdate(n.UserID, rooms.ProfileChange{Name: &n.Name})).SetUpsert(true)
		users[i], names[n.UserID] = n.UserID, n.Name
	}
	writing, cancel := p.writing(ctx)
	defer cancel()
	if _, err := p.profiles.BulkWrite(writing, writes, options.BulkWrite().SetOrdered(false)); err != nil && !onlyDuplicates(err) {
		return nil, fail(fmt.Sprintf("name %d users", len(named)), err)
	}
	found, err := p.Profiles(ctx, users)
	return slices.DeleteFunc(found, func(p rooms.Profile) bool { return !p.Given && p.Name != names[p.UserID] }), err
}

// notGiven is met by profiles whose name was not set by hand.
func notGiven() bson.E { return bson.E{Key: "given", Value: field("$ne", true)} }

// SeeProfiles raises seenAt where there is a profile.
func (p *Profiles) SeeProfiles(ctx context.Context, seen []rooms.Seen) error {
	if err := ctx.Err(); err != nil || len(seen) == 0 {
		return err
	}
	writes := make([]mongo.WriteModel, len(seen))
	for i, s := range seen {
		writes[i] = mongo.NewUpdateOneModel().SetFilter(field("_id", string(s.UserID))).SetUpdate(field("$max", field("seenAt", s.At)))
	}
	ctx, cancel := p.writing(ctx)
	defer cancel()
	_, err := p.profiles.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	return fail(fmt.Sprintf("note when %d users were here", len(seen)), err)
}

// EraseProfile removes the document.
func (r *Eraser) EraseProfile(ctx context.Context, user auth.UserID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := r.writing(ctx)
	defer cancel()
	_, err := r.profiles.DeleteOne(ctx, field("_id", string(user)))
	return fail("remove a profile", err)
}
