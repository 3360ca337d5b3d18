/*
 * A request body that is one JSON object, into the fields of its route: a
 * member for each field with FIELD_FORM, under the field's name.  Refused
 * are unknown and repeated members, nested ones where the field is no
 * object, wrong types and whatever follows the object; null is as good as
 * left out.
 */
#ifndef FCGI_JSON_BODY_H
#define FCGI_JSON_BODY_H

#include <stddef.h>

#include "base/err.h"
#include "field.h"

/*
 * A field is a string, with FIELD_NUMBER an integer, with FIELD_BOOL true or
 * false, with FIELD_LIST an array of strings, with FIELD_OBJECT an object,
 * whose text the handler reads.  ERR_SYNTAX for what is no such
 * JSON, ERR_INVAL with the member's name.
 */
enum err	 fields_json(struct fields *, const char *text, size_t len,
		    struct diag *);

#endif /* !FCGI_JSON_BODY_H */
