package streams

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// Regular expressions that go back can take the database exponential time, for each change there is: whoever declares a
// stream writes them, and neither who opens it nor who writes documents may.

// pattern checks a regular expression, or its options.
func pattern(path string, value any) error {
	switch value.(type) {
	case string, bson.Regex:
		return nil
	}
	return rooms.BadField(path, "must be a string: neither a variable nor a field can be a regular expression; $indexOfCP finds a text")
}

// matching checks {input, regex, options} of $regexMatch and its like, but for what expression checks.
func matching(path string, value any) error {
	arguments, _ := value.(bson.D)
	for _, e := range arguments {
		if e.Key != "regex" && e.Key != "options" {
			continue
		}
		at := join(path, e.Key)
		if err := pattern(at, e.Value); err != nil {
			return err
		}
		if text, _ := e.Value.(string); len(text) > 0 && text[0] == '$' {
			return rooms.BadField(at, "must not begin with $, with which it is a field's value: write \\$ or [$]")
		}
	}
	return nil
}

// isMatching says whether an operator of expressions takes a regular expression.
func isMatching(name string) bool {
	return name == "$regexMatch" || name == "$regexFind" || name == "$regexFindAll"
}

// schemaPatterns checks the regular expressions of a $jsonSchema.
func schemaPatterns(path string, value any) error {
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			at := join(path, e.Key)
			if is, _ := isVar(e.Value); e.Key == "pattern" && is != nil {
				return pattern(at, e.Value)
			}
			if err := schemaPatterns(at, e.Value); err != nil {
				return err
			}
		}
	case bson.A:
		for _, element := range v {
			if err := schemaPatterns(path, element); err != nil {
				return err
			}
		}
	}
	return nil
}
