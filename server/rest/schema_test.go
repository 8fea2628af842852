package rest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"roomstream/server/rest"
)

// object is any JSON object.
type object = map[string]any

// document is the OpenAPI document, to hold answers to it. It knows as much of JSON
// Schema as the document uses, and says so when that grows.
type document struct{ root object }

func loadDocument() (*document, error) {
	d := &document{}
	return d, json.Unmarshal(rest.OpenAPIDocument(), &d.root)
}

// resolve follows $ref, which the document uses within itself only.
func (d *document) resolve(node object) (object, error) {
	ref, ok := node["$ref"].(string)
	if !ok {
		return node, nil
	}
	at := d.root
	for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		next, ok := at[name].(object)
		if !ok {
			return nil, fmt.Errorf("%s leads nowhere", ref)
		}
		at = next
	}
	return d.resolve(at)
}

// response finds what the document says of an answer.
func (d *document) response(method, path string, status int) (object, error) {
	paths, _ := d.root["paths"].(object)
	item, _ := paths[path].(object)
	operation, _ := item[strings.ToLower(method)].(object)
	responses, _ := operation["responses"].(object)
	response, ok := responses[fmt.Sprint(status)].(object)
	if !ok {
		return nil, fmt.Errorf("the document has no answer %d for %s %s", status, method, path)
	}
	return d.resolve(response)
}

// checkAnswer holds an answer to the document.
func (d *document) checkAnswer(method, path string, status int, header func(string) string, body []byte) error {
	response, err := d.response(method, path, status)
	if err != nil {
		return err
	}
	headers, _ := response["headers"].(object)
	for name, described := range headers {
		if required, _ := described.(object)["required"].(bool); required && header(name) == "" {
			return fmt.Errorf("header %s is missing", name)
		}
	}
	content, _ := response["content"].(object)
	if content == nil {
		if len(body) > 0 || header("Content-Type") != "" {
			return fmt.Errorf("%q of type %q, where the document has no content", body, header("Content-Type"))
		}
		return nil
	}
	media, ok := content[header("Content-Type")].(object)
	if !ok {
		return fmt.Errorf("Content-Type %q is not in the document", header("Content-Type"))
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return d.check(media["schema"].(object), value, "body")
}

// check holds a value to a schema. Every keyword counts: one that is not known here
// would be a promise nobody tests.
func (d *document) check(schema object, value any, at string) error {
	schema, err := d.resolve(schema)
	if err != nil {
		return err
	}
	for keyword, rule := range schema {
		var err error
		switch keyword {
		case "description":
		case "type":
			err = checkType(rule.(string), value)
		case "const":
			err = checkEnum([]any{rule}, value)
		case "enum":
			err = checkEnum(rule.([]any), value)
		case "allOf":
			for _, part := range rule.([]any) {
				err = errors.Join(err, d.check(part.(object), value, at))
			}
		case "pattern", "minLength", "maxLength":
			err = checkString(keyword, rule, value)
		case "minimum", "maximum":
			err = checkNumber(keyword, rule.(float64), value)
		case "required", "properties", "additionalProperties":
			err = d.checkObject(schema, keyword, value, at)
		case "items", "maxItems":
			err = d.checkArray(keyword, rule, value, at)
		default:
			err = fmt.Errorf("keyword %q is not known to the test", keyword)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

func checkType(want string, value any) error {
	ok := false
	switch v := value.(type) {
	case object:
		ok = want == "object"
	case []any:
		ok = want == "array"
	case string:
		ok = want == "string"
	case bool:
		ok = want == "boolean"
	case float64:
		ok = want == "number" || want == "integer" && v == float64(int64(v))
	}
	if !ok {
		return fmt.Errorf("%v is no %s", value, want)
	}
	return nil
}

func checkEnum(allowed []any, value any) error {
	if !slices.ContainsFunc(allowed, func(a any) bool { return reflect.DeepEqual(a, value) }) {
		return fmt.Errorf("%v is none of %v", value, allowed)
	}
	return nil
}

func checkString(keyword string, rule, value any) error {
	text, ok := value.(string)
	if !ok {
		return nil // its type is checked by "type"
	}
	length := float64(utf8.RuneCountInString(text))
	switch {
	case keyword == "pattern" && !regexp.MustCompile(rule.(string)).MatchString(text),
		keyword == "minLength" && length < rule.(float64),
		keyword == "maxLength" && length > rule.(float64):
		return fmt.Errorf("%q breaks %s %v", text, keyword, rule)
	}
	return nil
}

func checkNumber(keyword string, rule float64, value any) error {
	number, ok := value.(float64)
	if ok && (keyword == "minimum" && number < rule || keyword == "maximum" && number > rule) {
		return fmt.Errorf("%v breaks %s %v", number, keyword, rule)
	}
	return nil
}

func (d *document) checkObject(schema object, keyword string, value any, at string) error {
	members, ok := value.(object)
	if !ok {
		return nil
	}
	properties, _ := schema["properties"].(object)
	switch keyword {
	case "required":
		for _, name := range schema["required"].([]any) {
			if _, there := members[name.(string)]; !there {
				return fmt.Errorf("%s is missing", name)
			}
		}
	case "additionalProperties":
		rule, ruled := schema["additionalProperties"].(object)
		for name, member := range members {
			if _, known := properties[name]; known {
				continue
			}
			if !ruled {
				return fmt.Errorf("%s is not in the document", name)
			}
			if err := d.check(rule, member, at+"."+name); err != nil {
				return err
			}
		}
	case "properties":
		for name, rule := range properties {
			if member, there := members[name]; there {
				if err := d.check(rule.(object), member, at+"."+name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *document) checkArray(keyword string, rule, value any, at string) error {
	elements, ok := value.([]any)
	if !ok {
		return nil
	}
	if keyword == "maxItems" && float64(len(elements)) > rule.(float64) {
		return fmt.Errorf("%d elements are more than %v", len(elements), rule)
	}
	for i, element := range elements {
		if keyword != "items" {
			break
		}
		if err := d.check(rule.(object), element, fmt.Sprintf("%s[%d]", at, i)); err != nil {
			return err
		}
	}
	return nil
}
