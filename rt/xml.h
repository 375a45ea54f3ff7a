/* xml.h: answers in XML, read with expat. */
#ifndef HYPE_RT_XML_H
#define HYPE_RT_XML_H

#include "error.h"

#include <stddef.h>

/* Called at the end of every element with its text (without its children's); < 0 stops. */
typedef int xml_element(void *context, const char *name, const char *text);

/* -HYPE_FORMAT for what is no XML, or what ELEMENT returned. */
int xml_read(const char *data, size_t size, xml_element *element, void *context, hype_error **error);

#endif
