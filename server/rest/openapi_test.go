package rest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
	"roomstream/server/files"
	"roomstream/server/rest"
	"roomstream/server/socketio"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }

func mustLoad(t testing.TB) *document {
	t.Helper()
	d, err := loadDocument()
	if err != nil {
		t.Fatalf("openapi.json: %v", err)
	}
	return d
}

func TestEveryRouteIsInTheDocumentAndNoOther(t *testing.T) {
	var described []string
	for path, item := range mustLoad(t).root["paths"].(object) {
		for method := range item.(object) {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	served := append(rest.RouteTable(), files.Routes()...)
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("the document has\n%s\nbut served are\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}

func TestEveryReferenceOfTheDocumentLeadsSomewhere(t *testing.T) {
	d := mustLoad(t)
	used := map[string]bool{}
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case object:
			if ref, ok := node["$ref"].(string); ok {
				used[ref] = true
				if _, err := d.resolve(node); err != nil {
					t.Error(err)
				}
			}
			for _, child := range node {
				walk(child)
			}
		case []any:
			for _, child := range node {
				walk(child)
			}
		}
	}
	walk(d.root)
	components := d.root["components"].(object)
	for _, kind := range []string{"schemas", "responses"} {
		for name := range components[kind].(object) {
			if ref := "#/components/" + kind + "/" + name; !used[ref] {
				t.Errorf("nothing uses %s", ref)
			}
		}
	}
}

func TestOperationsSayWhoMayCall(t *testing.T) {
	d := mustLoad(t)
	for path, item := range d.root["paths"].(object) {
		for method, operation := range item.(object) {
			security, said := operation.(object)["security"].([]any)
			if !said {
				t.Errorf("%s %s: security is not said", method, path)
			}
			_, refuses := operation.(object)["responses"].(object)["401"]
			if len(security) > 0 && !refuses {
				t.Errorf("%s %s: needs a token but never answers 401", method, path)
			}
		}
	}
}

// The checker itself must find fault, or the tests that use it prove nothing.
func TestCheckerFindsFault(t *testing.T) {
	d := mustLoad(t)
	schema := object{"$ref": "#/components/schemas/Sent"}
	bad := []string{
		`[]`, `{}`, `{"id":"x","seq":1,"timestamp":"2026-01-01T00:00:00.000Z"}`,
		`{"id":"0123456789abcdef01234567","seq":0,"timestamp":"2026-01-01T00:00:00.000Z"}`,
		`{"id":"0123456789abcdef01234567","seq":1.5,"timestamp":"2026-01-01T00:00:00.000Z"}`,
		`{"id":"0123456789abcdef01234567","seq":1,"timestamp":"2026-01-01T00:00:00Z"}`,
		`{"id":"0123456789abcdef01234567","seq":1,"timestamp":"2026-01-01T00:00:00.000Z","duplicate":false}`,
		`{"id":"0123456789abcdef01234567","seq":1,"timestamp":"2026-01-01T00:00:00.000Z","more":1}`,
	}
	for _, text := range append(bad, `{"id":"0123456789abcdef01234567","seq":1,"timestamp":"2026-01-01T00:00:00.000Z"}`) {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if err := d.check(schema, value, "body"); (err != nil) != slices.Contains(bad, text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheDocumentOfTheEventsIsServed(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	answer := c.get("/api/asyncapi.json", "/api/asyncapi.json", "")
	answer.want(t, http.StatusOK)
	if string(answer.body) != string(socketio.AsyncAPIDocument()) {
		t.Error("it is not the document")
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	answer := c.get("/api/openapi.json", "/api/openapi.json", "")
	answer.want(t, http.StatusOK)
	if !json.Valid(answer.body) || string(answer.body) != string(rest.OpenAPIDocument()) {
		t.Error("it is not the document")
	}
}
