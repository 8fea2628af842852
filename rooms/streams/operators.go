package streams

import "slices"

// The operators a declaration may use. What is not here is refused: code, reads of other collections, what a change stream
// cannot do ($text, $near), and chance ($rand, $sampleRate), since those who share a stream get the same events.

// queryOperators stand below a field in a filter.
func isQueryOperator(name string) bool {
	return slices.Contains([]string{
		"$eq", "$gt", "$gte", "$in", "$lt", "$lte", "$ne", "$nin",
		"$not", "$exists", "$type", "$mod", "$regex", "$options", "$all", "$elemMatch", "$size",
		"$bitsAllClear", "$bitsAllSet", "$bitsAnyClear", "$bitsAnySet",
	}, name)
}

// isExpression says whether an operator of expressions works with nothing but its arguments.
func isExpression(name string) bool {
	return slices.Contains([]string{
		// arithmetic and trigonometry
		"$abs", "$add", "$ceil", "$divide", "$exp", "$floor", "$ln", "$log", "$log10", "$mod", "$multiply", "$pow", "$round", "$sqrt",
		"$subtract", "$trunc", "$sin", "$cos", "$tan", "$asin", "$acos", "$atan", "$atan2", "$asinh", "$acosh", "$atanh", "$sinh", "$cosh", "$tanh",
		"$degreesToRadians", "$radiansToDegrees", "$avg", "$max", "$min", "$sum", "$stdDevPop", "$stdDevSamp",
		// arrays and sets
		"$arrayElemAt", "$arrayToObject", "$concatArrays", "$filter", "$first", "$firstN", "$in", "$indexOfArray", "$isArray", "$last", "$lastN",
		"$map", "$maxN", "$minN", "$objectToArray", "$range", "$reduce", "$reverseArray", "$size", "$slice", "$sortArray", "$zip",
		"$allElementsTrue", "$anyElementTrue", "$setDifference", "$setEquals", "$setIntersection", "$setIsSubset", "$setUnion",
		// logic and comparison
		"$and", "$not", "$or", "$cmp", "$eq", "$gt", "$gte", "$lt", "$lte", "$ne", "$cond", "$ifNull", "$switch",
		// dates
		"$dateAdd", "$dateDiff", "$dateFromParts", "$dateFromString", "$dateSubtract", "$dateToParts", "$dateToString", "$dateTrunc",
		"$dayOfMonth", "$dayOfWeek", "$dayOfYear", "$hour", "$isoDayOfWeek", "$isoWeek", "$isoWeekYear", "$millisecond", "$minute", "$month",
		"$second", "$week", "$year", "$tsSecond", "$tsIncrement",
		// strings
		"$concat", "$indexOfBytes", "$indexOfCP", "$ltrim", "$regexFind", "$regexFindAll", "$regexMatch", "$replaceAll", "$replaceOne", "$rtrim",
		"$split", "$strLenBytes", "$strLenCP", "$strcasecmp", "$substr", "$substrBytes", "$substrCP", "$toLower", "$toUpper", "$trim",
		// types, documents, sizes
		"$convert", "$isNumber", "$toBool", "$toDate", "$toDecimal", "$toDouble", "$toInt", "$toLong", "$toObjectId", "$toString", "$type",
		"$getField", "$setField", "$unsetField", "$mergeObjects", "$binarySize", "$bsonSize", "$let", "$literal",
	}, name)
}
