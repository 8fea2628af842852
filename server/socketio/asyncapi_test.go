package socketio

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"roomstream/rooms"
	"roomstream/server/socketio/asyncapitest"
)

// readContract reads the document once for all tests: it does not change.
var readContract = sync.OnceValues(func() (*asyncapitest.Contract, error) {
	return asyncapitest.Read(AsyncAPIDocument())
})

func contract(t testing.TB) *asyncapitest.Contract {
	t.Helper()
	c, err := readContract()
	if err != nil {
		t.Fatalf("asyncapi.json: %v", err)
	}
	return c
}

// sources gives the syntax of every file of this package that is no test.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	parsed := map[string]*ast.File{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if parsed[name], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	return parsed
}

func literal(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(l.Value)
	return text
}

// handled lists the cases of speaker.handle: the table of all events a client may send.
func handled(t *testing.T) (names []string) {
	t.Helper()
	for _, d := range sources(t)["session.go"].Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "handle" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if c, ok := n.(*ast.CaseClause); ok {
				for _, e := range c.List {
					names = append(names, literal(e))
				}
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

func TestEveryHandledEventIsInTheDocumentAndNoOther(t *testing.T) {
	if described, served := contract(t).ClientEvents(), handled(t); len(served) == 0 || !slices.Equal(described, served) {
		t.Errorf("the document has\n%s\nbut handled are\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}

// emitted lists the events that this package names where it queues them.
func emitted(t *testing.T) (names []string) {
	t.Helper()
	packet := regexp.MustCompile(`^2\["(\w+)"`)
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if m := packet.FindStringSubmatch(literal(n)); m != nil {
					names = append(names, m[1])
				}
			case *ast.CallExpr:
				names = append(names, emittedBy(n)...)
			}
			return true
		})
	}
	for _, kind := range []rooms.EventType{rooms.TypeMessage, rooms.TypeEdit, rooms.TypeDelete, rooms.TypeReaction, rooms.TypeMember, rooms.TypeRoom, rooms.TypeVoid} {
		names = append(names, (&rooms.Event{Type: kind}).EventName())
	}
	names = append(names, "notification", "room_added", "read_updated", "delivered_updated", "alerts_updated", "thread_updated", "presence_updated") // rooms tells them
	slices.Sort(names)
	return slices.Compact(names)
}

// emittedBy gives the event that a call of link.Emit or of eventPacket names.
func emittedBy(call *ast.CallExpr) []string {
	if len(call.Args) == 0 {
		return nil
	}
	name := literal(call.Args[0])
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if f.Name == "eventPacket" && name != "" {
			return []string{name}
		}
	case *ast.SelectorExpr:
		to, viaField := f.X.(*ast.SelectorExpr)
		direct, viaName := f.X.(*ast.Ident)
		toLink := viaField && to.Sel.Name == "link" || viaName && direct.Name == "l"
		if f.Sel.Name == "Emit" && toLink && name != "" {
			return []string{name}
		}
	}
	return nil
}

func TestEveryEmittedEventIsInTheDocumentAndNoOther(t *testing.T) {
	if described, served := contract(t).ServerEvents(), emitted(t); !slices.Equal(described, served) {
		t.Errorf("the document has\n%s\nbut emitted are\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}

// What no other test can bring about in good time: a hole that is filled, and a log that was trimmed.
func TestRareEventsAreAsTheDocumentSays(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, l := f.connect("alice", "")
	ask(t, alice, "join_room", `"general"`)
	f.Reset("general", rooms.ResetTrimmed, 7)
	f.Emit("general", []rooms.Event{{RoomID: "general", Seq: 8, Type: rooms.TypeVoid}})
	told := l.wait(t, 3)
	for i, name := range []string{"ready", "room_reset", "void"} {
		if told[i].event != name {
			t.Fatalf("heard %v", told)
		}
	}
}

// The checker itself must find fault, or the tests that use it prove nothing.
func TestTheContractFindsFault(t *testing.T) {
	c := contract(t)
	for _, bad := range []struct{ event, body string }{
		{"typing", `{"roomId":"general","userId":"a","on":true}`},
		{"typing", `{"roomId":"general","userId":"a","on":1,"expiresAt":"2026-01-01T00:00:00.000Z"}`},
		{"void", `{"roomId":"general","seq":0}`},
		{"void", `{"roomId":"general","seq":1,"more":1}`},
		{"closing", `{"reason":"tired"}`},
		{"no_such_event", `{}`},
	} {
		if c.Event(bad.event, []byte(bad.body)) == nil {
			t.Errorf("%s %s passes", bad.event, bad.body)
		}
	}
	for _, bad := range []struct{ event, payload, ack string }{
		{"send_message", `{"roomId":"general","text":"x"}`, `{"ok":true}`},
		{"send_message", `{"roomId":"general"}`, `{"ok":true,"id":"0123456789abcdef01234567","seq":1,"timestamp":"2026-01-01T00:00:00.000Z"}`},
		{"send_message", `{}`, `{"error":{"code":"NEW","message":"x","retryable":false}}`},
		{"leave_room", `7`, `{"ok":true}`},
		{"no_such_event", `{}`, `{"ok":true}`},
		{"join_room", `"general"`, `{"ok":true,"room":{"id":"general","name":"general","type":"public","topic":"","readOnly":false,"slowModeMs":0,"archived":false,"receipts":false,"role":"member"},"lastSeq":1,"more":false,
			"events":[{"event":"void","roomId":"general","seq":1,"text":"x"}]}`},
	} {
		if c.Exchange(bad.event, []byte(bad.payload), []byte(bad.ack)) == nil {
			t.Errorf("%s %s acked with %s passes", bad.event, bad.payload, bad.ack)
		}
	}
}

func TestABadDocumentIsRefused(t *testing.T) {
	for _, change := range [][2]string{
		{`"asyncapi": "3.0.0"`, `"asyncapi": "2.6.0"`},
		{`"action": "receive"`, `"action": "take"`},
		{`#/components/schemas/Renewed"`, `#/components/schemas/Nowhere"`},
		{`"name": "leave_room"`, `"name": "join_room"`},
		{`"RoomObject":`, `"Other":`},
		{`"messages": [{"$ref": "#/channels/main/messages/closing"}]`, `"messages": []`},
	} {
		text := string(AsyncAPIDocument())
		if !strings.Contains(text, change[0]) {
			t.Fatalf("%s is not in the document", change[0])
		}
		changed := strings.ReplaceAll(text, change[0], change[1])
		if _, err := asyncapitest.Read([]byte(changed)); err == nil || !json.Valid([]byte(changed)) {
			t.Errorf("with %s it passes", change[1])
		}
	}
}
