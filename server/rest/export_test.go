package rest

// What the tests from outside need of the inside.

// RouteTable lists the routes as "GET /api/rooms".
func RouteTable() []string {
	var table []string
	for _, r := range (&Server{}).routes() {
		table = append(table, r.method+" "+r.path)
	}
	return table
}

// OpenAPIDocument is the document as it is served.
func OpenAPIDocument() []byte { return openAPIDocument }
