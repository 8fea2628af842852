package streams

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The tags of scalars in a key. Values that the database finds equal have the same bytes behind the same tag.
const (
	tagInteger = 'i' // any number that an int64 can hold, in 8 bytes
	tagDouble  = 'd' // any other number that a double can hold, in 8 bytes
	tagString  = 's' // and a symbol: the length as a uvarint, the bytes
	tagBool    = 'b' // a byte
	tagDate    = 't' // milliseconds, in 8 bytes
	tagID      = 'o' // an ObjectId's 12 bytes
)

// The bounds of int64, as doubles, and the most digits of numbers.
const (
	int64Low      = -1 << 63
	int64High     = 1 << 63 // not within
	int64Digits   = 19
	decimalDigits = 34
)

// appendScalar writes a value so that two are equal bytes where they are equal to MongoDB's $eq without a collation:
// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/. It says false for types that no variable can
// equal, for NaN, and for decimals that are neither an int64 nor a double.
func appendScalar(key []byte, v bson.RawValue) ([]byte, bool) {
	switch v.Type {
	case bson.TypeInt32:
		n, ok := v.Int32OK()
		return appendInteger(key, int64(n)), ok
	case bson.TypeInt64:
		n, ok := v.Int64OK()
		return appendInteger(key, n), ok
	case bson.TypeDouble:
		f, ok := v.DoubleOK()
		return appendDouble(key, f), ok && !math.IsNaN(f)
	case bson.TypeDecimal128:
		return appendDecimal(key, v)
	case bson.TypeString, bson.TypeSymbol:
		text, ok := textOf(v)
		if !ok {
			return key, false
		}
		key = binary.AppendUvarint(append(key, tagString), uint64(len(text)))
		return append(key, text...), true
	case bson.TypeBoolean:
		if b, ok := v.BooleanOK(); !ok || !b {
			return append(key, tagBool, 0), ok
		}
		return append(key, tagBool, 1), true
	case bson.TypeDateTime:
		ms, ok := v.DateTimeOK()
		return binary.BigEndian.AppendUint64(append(key, tagDate), uint64(ms)), ok
	case bson.TypeObjectID:
		id, ok := v.ObjectIDOK()
		return append(append(key, tagID), id[:]...), ok
	}
	return key, false
}

// scalarSize is the length of the scalar that a key begins with; 0: it begins with none.
func scalarSize(key []byte) int {
	size := 0
	switch key[0] {
	case tagInteger, tagDouble, tagDate:
		size = 1 + 8
	case tagBool:
		size = 1 + 1
	case tagID:
		size = 1 + 12
	case tagString:
		length, prefix := binary.Uvarint(key[1:])
		if prefix > 0 && length < uint64(len(key)) {
			size = 1 + prefix + int(length)
		}
	}
	if size > len(key) {
		return 0
	}
	return size
}

// textOf gives the bytes of a string or symbol without a copy: both are a length, the text and a NUL.
func textOf(v bson.RawValue) ([]byte, bool) {
	const length, end = 4, 1
	if len(v.Value) < length+end {
		return nil, false
	}
	return v.Value[length : len(v.Value)-end], true
}

func appendInteger(key []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(key, tagInteger), uint64(n))
}

func appendDouble(key []byte, f float64) []byte {
	if f >= int64Low && f < int64High && f == math.Trunc(f) {
		return appendInteger(key, int64(f))
	}
	return binary.BigEndian.AppendUint64(append(key, tagDouble), math.Float64bits(f))
}

// appendDecimal writes the integer or the double that a decimal is equal to: 0.5, but not 0.1, which no double is.
func appendDecimal(key []byte, v bson.RawValue) ([]byte, bool) {
	d, ok := v.Decimal128OK()
	if !ok || d.IsNaN() {
		return key, false
	}
	if sign := d.IsInf(); sign != 0 {
		return appendDouble(key, math.Inf(sign)), true
	}
	coefficient, exponent, err := d.BigInt()
	if err != nil {
		return key, false
	}
	negative := coefficient.Sign() < 0
	digits := strings.TrimLeft(coefficient.String(), "-")
	trimmed := strings.TrimRight(digits, "0")
	if trimmed == "" || len(digits) > decimalDigits { // a coefficient that is out of range counts as 0
		return appendInteger(key, 0), true
	}
	exponent += len(digits) - len(trimmed)
	if negative {
		trimmed = "-" + trimmed
	}
	if exponent >= 0 && len(trimmed)+exponent <= 1+int64Digits {
		if n, err := strconv.ParseInt(trimmed+strings.Repeat("0", exponent), 10, 64); err == nil {
			return appendInteger(key, n), true
		}
	}
	text := trimmed + "e" + strconv.Itoa(exponent)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f == 0 {
		return key, false // it is out of the range of doubles
	}
	if exact, ok := new(big.Rat).SetString(text); !ok || exact.Cmp(new(big.Rat).SetFloat64(f)) != 0 {
		return key, false
	}
	return appendDouble(key, f), true
}
