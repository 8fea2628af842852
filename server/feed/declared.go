package feed

import (
	"context"

	"roomstream/rooms/streams"
)

// declared is the source of declared streams: the Service.
type declared struct{ service *streams.Service }

func (d declared) check(caller streams.Caller, r streams.Request) error {
	return d.service.Check(caller, r)
}

func (d declared) open(ctx context.Context, caller streams.Caller, r streams.Request, to *conn) (subscription, error) {
	sub, err := d.service.Subscribe(ctx, caller, r, to)
	if err != nil {
		return nil, err // a nil *Subscription would be no nil subscription
	}
	return sub, nil
}
