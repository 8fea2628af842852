// Package rest answers the JSON routes, with Fiber behind net/http. The table of all
// routes is in this file; openapi.json describes them, and a test holds the two
// together.
//
// Concurrency: a Server is safe for concurrent use and has no goroutine of its own.
//
// Order and loss: what is said, and what changes a room or a member, is appended to the
// log and answered when it is durable; the stream delivers it, as it does every other.
package rest

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/limits"
	"roomstream/rooms/previews"
	"roomstream/rooms/push"
	"roomstream/rooms/tally"
	"roomstream/server/httpauth"
)

// DefaultMaxBody is the longest body of a request, in bytes: a message of 8,000
// characters, each escaped as \uXXXX, and 8 KiB of data have room in it.
const DefaultMaxBody = 64 << 10

// Options are what a Server stands on. Service, Tokens, Accounts, Bots, Webhooks and AsyncAPI are required.
type Options struct {
	Service  *rooms.Service
	Tokens   *auth.Tokens
	Accounts *auth.Accounts
	Bots     *hooks.Bots
	Webhooks *hooks.Outgoing
	Push     *push.Sender       // nil: Web Push is off
	Previews *previews.Previews // nil: links are not fetched
	Streams  Streams            // nil: there are none
	AsyncAPI []byte             // the document of the Socket.IO events, as JSON

	Registration bool // people may make accounts
	Guests       bool // people may enter without an account

	Store          string       // what messages are kept in, as admins are told: embedded or mongodb
	Ready          func() error // why /readyz is red; nil: the Service's word alone
	AllowedOrigins []string     // whose pages may call besides the same host's; "*": all
	MaxBody        int64        // bytes; 0: DefaultMaxBody

	// Requests are how often a user may call, and AddressRequests an address (by limits.Address), whoever calls from it.
	Requests        *limits.Limiter // nil: as often as he likes
	AddressRequests *limits.Limiter // nil: as often as they like

	Refusals *tally.By    // counts, by rooms.Code, the errors that callers are told; nil: nobody counts
	Logger   *slog.Logger // nil: none
}

// Server answers the JSON routes.
type Server struct {
	service      *rooms.Service
	tokens       *auth.Tokens
	accounts     *auth.Accounts
	bots         *hooks.Bots
	webhooks     *hooks.Outgoing
	push         *push.Sender
	previews     *previews.Previews
	streams      Streams
	asyncAPI     []byte
	registration bool
	guests       bool
	ready        func() error
	store        string
	requests     *limits.Limiter
	refusals     *tally.By
	logger       *slog.Logger
	front        *front
}

// New makes a Server.
func New(o Options) *Server {
	if o.Ready == nil {
		o.Ready = o.Service.Ready
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		service: o.Service, tokens: o.Tokens, accounts: o.Accounts, bots: o.Bots, webhooks: o.Webhooks, push: o.Push, previews: o.Previews, streams: o.Streams, asyncAPI: o.AsyncAPI,
		registration: o.Registration, guests: o.Guests, ready: o.Ready, store: o.Store, requests: o.Requests, refusals: o.Refusals, logger: o.Logger,
	}
	s.front = newFront(fiberHandler(s), o.AllowedOrigins, o.MaxBody)
	s.front.requests, s.front.refusals = o.AddressRequests, o.Refusals
	return s
}

// Handler serves /api/, /healthz and /readyz.
func (s *Server) Handler() http.Handler { return s.front }

// access says who may call a route.
type access int

const (
	anybody  access = iota
	optional        // a token need not be there, but what is there must be good
	signedIn
	admins
)

// route is one row of the table. A path is written as OpenAPI does: {id}.
type route struct {
	method string
	path   string
	access access
	handle func(call) (reply, error)
}

// routes is the table of all JSON routes.
func (s *Server) routes() []route {
	return []route{
		{http.MethodGet, "/healthz", anybody, s.health},
		{http.MethodGet, "/readyz", anybody, s.readiness},
		{http.MethodGet, "/api/openapi.json", anybody, s.openAPI},
		{http.MethodGet, "/api/asyncapi.json", anybody, s.asyncAPIDocument},
		{http.MethodGet, "/api/auth/methods", anybody, s.methods},
		{http.MethodPost, "/api/auth/register", anybody, s.register},
		{http.MethodPost, "/api/auth/login", anybody, s.login},
		{http.MethodPost, "/api/auth/guest", anybody, s.guest},
		{http.MethodPut, "/api/auth/password", signedIn, s.changePassword},
		{http.MethodGet, "/api/rooms", signedIn, s.listRooms},
		{http.MethodPost, "/api/rooms", signedIn, s.createRoom},
		{http.MethodGet, "/api/rooms/{id}", signedIn, s.getRoom},
		{http.MethodPatch, "/api/rooms/{id}", signedIn, s.updateRoom},
		{http.MethodPost, "/api/direct", signedIn, s.openDirect},
		{http.MethodGet, "/api/rooms/{id}/members", signedIn, s.members},
		{http.MethodPut, "/api/rooms/{id}/members/{userId}", signedIn, s.setMember},
		{http.MethodDelete, "/api/rooms/{id}/members/{userId}", signedIn, s.removeMember},
		{http.MethodPut, "/api/rooms/{id}/read", signedIn, s.markRead},
		{http.MethodPut, "/api/rooms/{id}/delivered", signedIn, s.markDelivered},
		{http.MethodPut, "/api/rooms/{id}/alerts", signedIn, s.setAlerts},
		{http.MethodGet, "/api/rooms/{id}/receipts", signedIn, s.receipts},
		{http.MethodGet, "/api/rooms/{id}/pins", signedIn, s.pins},
		{http.MethodPut, "/api/rooms/{id}/pins/{seq}", signedIn, s.pin},
		{http.MethodDelete, "/api/rooms/{id}/pins/{seq}", signedIn, s.unpin},
		{http.MethodGet, "/api/rooms/{id}/messages/{seq}/reactions", signedIn, s.reactions},
		{http.MethodGet, "/api/rooms/{id}/messages/{seq}/versions", signedIn, s.versions},
		{http.MethodGet, "/api/rooms/{id}/previews", signedIn, s.linkPreviews},
		{http.MethodGet, "/api/threads", signedIn, s.threads},
		{http.MethodGet, "/api/rooms/{id}/threads/{seq}", signedIn, s.thread},
		{http.MethodPut, "/api/rooms/{id}/threads/{seq}", signedIn, s.setThread},
		{http.MethodGet, "/api/rooms/{id}/invitations", signedIn, s.invitations},
		{http.MethodPost, "/api/rooms/{id}/invitations", signedIn, s.invite},
		{http.MethodDelete, "/api/rooms/{id}/invitations/{invitationId}", signedIn, s.removeInvitation},
		{http.MethodPost, "/api/invitations", signedIn, s.acceptInvitation},
		{http.MethodPost, "/api/rooms/{id}/reports", signedIn, s.report},
		{http.MethodGet, "/api/rooms/{id}/reports", signedIn, s.roomReports},
		{http.MethodPut, "/api/rooms/{id}/reports/{reportId}", signedIn, s.decideReport},
		{http.MethodGet, "/api/rooms/{id}/audit", signedIn, s.roomAudit},
		{http.MethodGet, "/api/reports", admins, s.reports},
		{http.MethodGet, "/api/audit", admins, s.audit},
		{http.MethodGet, "/api/admin/health", admins, s.serverHealth},
		{http.MethodGet, "/api/rooms/{id}/messages", signedIn, s.history},
		{http.MethodPost, "/api/rooms/{id}/messages", signedIn, s.send},
		{http.MethodDelete, "/api/rooms/{id}/messages/{seq}", signedIn, s.deleteMessage},
		{http.MethodPost, "/api/bots", admins, s.createBot},
		{http.MethodGet, "/api/bots", admins, s.listBots},
		{http.MethodDelete, "/api/bots/{botId}", admins, s.removeBot},
		{http.MethodPost, "/api/rooms/{id}/bots", signedIn, s.createBot},
		{http.MethodGet, "/api/rooms/{id}/bots", signedIn, s.listBots},
		{http.MethodDelete, "/api/rooms/{id}/bots/{botId}", signedIn, s.removeBot},
		{http.MethodPost, "/api/rooms/{id}/hooks", signedIn, s.createHook},
		{http.MethodGet, "/api/rooms/{id}/hooks", signedIn, s.listHooks},
		{http.MethodDelete, "/api/rooms/{id}/hooks/{hookId}", signedIn, s.removeHook},
		{http.MethodPost, "/api/hooks/{id}/{secret}", anybody, s.post},
		{http.MethodPost, "/api/webhooks", admins, s.createWebhook},
		{http.MethodGet, "/api/webhooks", admins, s.listWebhooks},
		{http.MethodDelete, "/api/webhooks/{webhookId}", admins, s.removeWebhook},
		{http.MethodGet, "/api/webhooks/{webhookId}/cursors", admins, s.webhookCursors},
		{http.MethodPut, "/api/webhooks/{webhookId}/cursor", admins, s.setWebhookCursor},
		{http.MethodPost, "/api/rooms/{id}/webhooks", signedIn, s.createWebhook},
		{http.MethodGet, "/api/rooms/{id}/webhooks", signedIn, s.listWebhooks},
		{http.MethodDelete, "/api/rooms/{id}/webhooks/{webhookId}", signedIn, s.removeWebhook},
		{http.MethodGet, "/api/rooms/{id}/webhooks/{webhookId}/cursors", signedIn, s.webhookCursors},
		{http.MethodPut, "/api/rooms/{id}/webhooks/{webhookId}/cursor", signedIn, s.setWebhookCursor},
		{http.MethodGet, "/api/streams", optional, s.listStreams},
		{http.MethodGet, "/api/streams/{uri}", admins, s.getStream},
		{http.MethodPut, "/api/streams/{uri}", admins, s.putStream},
		{http.MethodDelete, "/api/streams/{uri}", admins, s.deleteStream},
		{http.MethodGet, "/api/streams/{collection}/{uri}", admins, s.getStream},
		{http.MethodPut, "/api/streams/{collection}/{uri}", admins, s.putStream},
		{http.MethodDelete, "/api/streams/{collection}/{uri}", admins, s.deleteStream},
		{http.MethodGet, "/api/search", signedIn, s.search},
		{http.MethodGet, "/api/users", signedIn, s.users},
		{http.MethodGet, "/api/users/{id}", signedIn, s.user},
		{http.MethodPatch, "/api/users/me", signedIn, s.updateMe},
		{http.MethodGet, "/api/users/me/sessions", signedIn, s.mySessions},
		{http.MethodDelete, "/api/users/me/sessions", signedIn, s.endOtherSessions},
		{http.MethodDelete, "/api/users/me/sessions/{sessionId}", signedIn, s.endMySession},
		{http.MethodGet, "/api/users/{id}/sessions", admins, s.userSessions},
		{http.MethodDelete, "/api/users/{id}/sessions/{sessionId}", admins, s.endUserSession},
		{http.MethodPost, "/api/users/{id}/revoke", admins, s.revokeTokens},
		{http.MethodPost, "/api/users/{id}/disable", admins, s.disableUser},
		{http.MethodPost, "/api/users/{id}/enable", admins, s.enableUser},
		{http.MethodPost, "/api/tokens/revoke", admins, s.revokeToken},
		{http.MethodGet, "/api/notifications", signedIn, s.notifications},
		{http.MethodPut, "/api/notifications/read", signedIn, s.markNotifications},
		{http.MethodGet, "/api/push/key", signedIn, s.pushKey},
		{http.MethodGet, "/api/push/subscriptions", signedIn, s.subscriptions},
		{http.MethodPut, "/api/push/subscriptions", signedIn, s.subscribe},
		{http.MethodDelete, "/api/push/subscriptions/{subscriptionId}", signedIn, s.unsubscribe},
	}
}

// call is one request, its caller known.
type call struct {
	*fiber.Ctx
	user auth.User // zero where anybody may call, and where a token may be there but is not
}

// reply is a good answer.
type reply struct {
	status int
	body   []byte // JSON; nil: none
}

// fiberHandler is the Fiber app as net/http calls it. It reads whole bodies: a front
// stands before it.
func fiberHandler(s *Server) http.Handler { return adaptor.FiberApp(s.app()) }

func (s *Server) app() *fiber.App {
	app := fiber.New(fiber.Config{
		CaseSensitive:         true,
		StrictRouting:         true,
		DisableStartupMessage: true,
		// Without it, parameters point into a buffer that the next request overwrites,
		// and a room's id would change under the Service that keeps it.
		Immutable:    true,
		ErrorHandler: s.refuse,
	})
	app.Use(s.recover)
	for _, r := range s.routes() {
		path := strings.NewReplacer("{", ":", "}", "").Replace(r.path)
		if r.method == http.MethodGet {
			app.Get(path, s.serve(r)) // HEAD too
			continue
		}
		app.Add(r.method, path, s.serve(r))
	}
	return app
}

// serve is what all routes have in common.
func (s *Server) serve(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		user, err := s.caller(r.access, c.Get(fiber.HeaderAuthorization))
		if err != nil {
			return err
		}
		if user.ID != "" {
			if err := rooms.Within(s.requests, string(user.ID)); err != nil {
				return err
			}
		}
		if err := s.service.Ask(user, eventOf(r)); err != nil {
			return err
		}
		answer, err := r.handle(call{Ctx: c, user: user})
		if err != nil {
			return err
		}
		if answer.body == nil {
			c.Response().Header.SetNoDefaultContentType(true)
			c.Status(answer.status)
			return nil
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Status(answer.status).Send(answer.body)
	}
}

// caller says who calls, by the header Authorization, and refuses who may not.
func (s *Server) caller(needed access, authorization string) (auth.User, error) {
	if needed == anybody || needed == optional && authorization == "" {
		return auth.User{}, nil
	}
	session, err := s.tokens.Verify(httpauth.Bearer(authorization))
	if err != nil {
		return auth.User{}, err
	}
	if needed == admins && !session.User.Has(auth.RoleAdmin) {
		return auth.User{}, rooms.E(rooms.CodeForbidden, "only the role %s may call this", auth.RoleAdmin)
	}
	return session.User, nil
}
