/* xml.c: the text of the innermost element is collected until its end. */
#include "xml.h"

#include "util.h"

#include <expat.h>
#include <string.h>

struct reader {
    XML_Parser parser;
    xml_element *element;
    void *context;
    char *text;
    size_t size, capacity;
    int status;
};

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    (void)name, (void)attributes;
    struct reader *reader = user;
    reader->size = 0;
}

static void on_text(void *user, const XML_Char *text, int size)
{
    struct reader *reader = user;
    if (reader->size + (size_t)size + 1 > reader->capacity) {
        size_t capacity = (reader->size + (size_t)size + 1) * 2;
        char *longer = realloc(reader->text, capacity);
        if (!longer) {
            reader->status = -HYPE_MEMORY;
            XML_StopParser(reader->parser, XML_FALSE);
            return;
        }
        reader->text = longer;
        reader->capacity = capacity;
    }
    memcpy(reader->text + reader->size, text, (size_t)size);
    reader->size += (size_t)size;
}

static void on_end(void *user, const XML_Char *name)
{
    struct reader *reader = user;
    if (reader->text)
        reader->text[reader->size] = 0;
    if (reader->status == 0)
        reader->status = reader->element(reader->context, name, reader->text ? reader->text : "");
    if (reader->status < 0)
        XML_StopParser(reader->parser, XML_FALSE);
    reader->size = 0;
}

int xml_read(const char *data, size_t size, xml_element *element, void *context, hype_error **error)
{
    struct reader reader = {.parser = XML_ParserCreate(NULL), .element = element, .context = context};
    if (!reader.parser)
        return error_memory(error);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader.parser, on_text);
    int status = 0;
    if (XML_Parse(reader.parser, data ? data : "", (int)size, 1) != XML_STATUS_OK)
        status = reader.status < 0 ? reader.status
                                   : error_set(error, HYPE_FORMAT, "the answer is no XML: %s in line %lu",
                                               XML_ErrorString(XML_GetErrorCode(reader.parser)),
                                               (unsigned long)XML_GetCurrentLineNumber(reader.parser));
    if (status == -HYPE_MEMORY)
        error_memory(error);
    XML_ParserFree(reader.parser);
    free(reader.text);
    return status;
}
