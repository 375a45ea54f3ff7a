/* manifest.c: the manifest, written and read with jansson. */
#include "manifest.h"

#include "store/store.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define MANIFEST_VERSION 1
#define MANIFEST_FILES   4096 /* more make no sense */
#define MANIFEST_CALLS   (1 << 20)

static const char *const kinds[] = {"capture", "library", "remote", "file", "segment"};

static json_t *write_file(const struct manifest_file *file)
{
    json_t *json = json_pack("{s:s, s:s, s:I, s:s}", "kind", kinds[file->kind], "name", file->name, "size",
                             (json_int_t)file->size, "sha256", file->sha256);
    if (json && ((file->as && json_object_set_new(json, "as", json_string(file->as)) < 0) ||
                 (file->machine && json_object_set_new(json, "machine", json_string(file->machine)) < 0))) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static bool write_batch(json_t *json, const struct manifest *manifest)
{
    json_t *batch = json_pack("{s:I, s:f, s:s}", "calls", (json_int_t)manifest->n_batch, "timeout", manifest->timeout,
                              "nonce", manifest->nonce);
    return json_object_set_new(json, "batch", batch) == 0;
}

char *manifest_write(const struct manifest *manifest, hype_error **error)
{
    char signature[17];
    snprintf(signature, sizeof signature, "%016llx", (unsigned long long)manifest->signature);
    errno = 0;
    json_t *files = json_array();
    for (size_t i = 0; files && i < manifest->n_files; i++)
        if (json_array_append_new(files, write_file(&manifest->files[i])) < 0) {
            json_decref(files);
            files = NULL;
        }
    json_t *json = files ? json_pack("{s:i, s:s, s:s, s:s, s:s, s:o}", "hype", MANIFEST_VERSION, "execution",
                                     manifest->execution, "function", manifest->function, "signature", signature,
                                     "return", manifest->returned, "files", files)
                         : NULL;
    bool complete = json && (manifest->n_batch == 0 || write_batch(json, manifest));
    char *text = complete ? json_dumps(json, JSON_INDENT(1)) : NULL;
    json_decref(json);
    if (errno == ENOMEM) { /* jansson may go on writing without what it had no memory for */
        free(steal_pointer(text));
        error_memory(error);
    } else if (!text) {
        error_set(error, HYPE_INVALID, "the manifest of %s() cannot be written: a name in it is no UTF-8",
                  manifest->function);
    }
    return text;
}

static int refuse(hype_error **error, const char *what, const char *which)
{
    return error_set(error, HYPE_FORMAT, "the manifest is not valid: %s%s%s", what, which ? " " : "",
                     which ? which : "");
}

static int read_kind(const char *text, enum manifest_kind *kind)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(text, kinds[i]) == 0) {
            *kind = (enum manifest_kind)i;
            return 0;
        }
    return -1;
}

static bool plain_file_name(const char *name)
{
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* 1 when the entry is of a kind that is not known but optional. */
static int read_file(json_t *json, struct manifest_file *file, hype_error **error)
{
    const char *kind, *name, *sha256, *as = NULL, *machine = NULL;
    json_int_t size;
    int optional = 0;
    json_error_t why;
    if (json_unpack_ex(json, &why, 0, "{s:s, s:s, s:I, s:s, s?s, s?s, s?b}", "kind", &kind, "name", &name, "size",
                       &size, "sha256", &sha256, "as", &as, "machine", &machine, "optional", &optional) < 0)
        return refuse(error, why.text, NULL);
    if (read_kind(kind, &file->kind) < 0)
        return optional ? 1 : refuse(error, "this hype-run does not know entries of kind", kind);
    if (!store_name_valid(name))
        return refuse(error, "a file is named", name);
    if (size < 0 || !sha256_hex_valid(sha256))
        return refuse(error, "size or SHA-256 make no sense of", name);
    if (as ? !plain_file_name(as) : file->kind == MANIFEST_FILE || file->kind == MANIFEST_LIBRARY)
        return refuse(error, "no file name there is given for", name);
    file->name = strdup(name);
    file->as = as ? strdup(as) : NULL;
    file->machine = machine ? strdup(machine) : NULL;
    file->size = (uint64_t)size;
    memcpy(file->sha256, sha256, SHA256_HEX_SIZE);
    return file->name && (!as || file->as) && (!machine || file->machine) ? 0 : error_memory(error);
}

static int read_files(json_t *files, struct manifest *manifest, hype_error **error)
{
    size_t index, n = json_array_size(files), counts[ARRAY_SIZE(kinds)] = {0};
    json_t *json;
    if (n > MANIFEST_FILES)
        return refuse(error, "it lists too many files", NULL);
    manifest->files = calloc(n + 1, sizeof *manifest->files);
    if (!manifest->files)
        return error_memory(error);
    json_array_foreach(files, index, json)
    {
        struct manifest_file *file = &manifest->files[manifest->n_files++];
        int status = read_file(json, file, error);
        if (status < 0)
            return status;
        if (status == 1)
            manifest->n_files--;
        else
            counts[file->kind]++;
    }
    if (counts[MANIFEST_CAPTURE] != 1 || (counts[MANIFEST_REMOTE] == 0 && !manifest_is_probe(manifest)))
        return refuse(error, "it does not list exactly one capture, and a remote object", NULL);
    return 0;
}

static int read_batch(json_t *json, struct manifest *manifest, hype_error **error)
{
    json_int_t calls;
    const char *nonce;
    json_error_t why;
    if (json_unpack_ex(json, &why, 0, "{s:I, s:F, s:s}", "calls", &calls, "timeout", &manifest->timeout, "nonce",
                       &nonce) < 0)
        return refuse(error, why.text, NULL);
    if (calls < 1 || calls > MANIFEST_CALLS || !(manifest->timeout >= 0) || strlen(nonce) >= sizeof manifest->nonce ||
        strspn(nonce, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(nonce))
        return refuse(error, "its batch makes no sense", NULL);
    manifest->n_batch = (size_t)calls;
    strcpy(manifest->nonce, nonce);
    return 0;
}

static int read_json(json_t *json, struct manifest *manifest, hype_error **error)
{
    const char *execution, *function, *signature, *returned;
    json_t *files, *batch = NULL;
    int version;
    char *end;
    json_error_t why;
    if (json_unpack_ex(json, &why, 0, "{s:i, s:s, s:s, s:s, s:s, s:o, s?o}", "hype", &version, "execution", &execution,
                       "function", &function, "signature", &signature, "return", &returned, "files", &files, "batch",
                       &batch) < 0)
        return refuse(error, why.text, NULL);
    if (version != MANIFEST_VERSION)
        return error_set(error, HYPE_INCOMPATIBLE,
                         "the manifest has version %d; this hype-run reads %d: use the "
                         "image of the program's own version",
                         version, MANIFEST_VERSION);
    if (!store_name_valid(returned) || !store_name_valid(execution) || strchr(execution, '/') || !json_is_array(files))
        return refuse(error, "its names make no sense", NULL);
    manifest->signature = strtoull(signature, &end, 16);
    if (strlen(signature) != 16 || *end)
        return refuse(error, "its signature is no hexadecimal number", NULL);
    manifest->execution = strdup(execution);
    manifest->function = strdup(function);
    manifest->returned = strdup(returned);
    if (!manifest->execution || !manifest->function || !manifest->returned)
        return error_memory(error);
    int status = batch ? read_batch(batch, manifest, error) : 0;
    return status < 0 ? status : read_files(files, manifest, error);
}

static int read_text(const char *text, size_t size, struct manifest *manifest, hype_error **error)
{
    json_error_t why;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        return error_set(error, HYPE_FORMAT, "the manifest is not valid: line %d, column %d: %s", why.line, why.column,
                         why.text);
    int status = read_json(json, manifest, error);
    json_decref(json);
    return status;
}

int manifest_read(const char *text, size_t size, struct manifest *manifest, hype_error **error)
{
    hype_error *failure = NULL;
    memset(manifest, 0, sizeof *manifest);
    errno = 0;
    int status = read_text(text, size, manifest, &failure);
    if (errno == ENOMEM) { /* jansson takes a want of memory for bad input */
        error_clear(&failure);
        status = error_memory(&failure);
    }
    if (status < 0)
        manifest_free(manifest);
    if (error && !*error)
        *error = steal_pointer(failure);
    error_free(failure);
    return status;
}

static void free_file(struct manifest_file *file)
{
    free(file->name);
    free(file->as);
    free(file->machine);
}

bool manifest_is_probe(const struct manifest *manifest)
{
    return strcmp(manifest->function, MANIFEST_PROBE) == 0;
}

int manifest_choose(struct manifest *manifest, const char *machine, hype_error **error)
{
    size_t kept = 0, remotes = 0;
    cleanup_free char *known = strdup("");
    for (size_t i = 0; i < manifest->n_files; i++) {
        struct manifest_file *file = &manifest->files[i];
        bool remote = file->kind == MANIFEST_REMOTE;
        if (remote && file->machine && known) {
            char *longer = text_format("%s%s%s", known, *known ? ", " : "", file->machine);
            free(known);
            known = longer;
        }
        if (file->machine && (remote || file->kind == MANIFEST_LIBRARY) && strcmp(file->machine, machine) != 0) {
            free_file(file);
            continue;
        }
        remotes += remote;
        manifest->files[kept++] = *file;
    }
    manifest->n_files = kept;
    if (remotes == 1 || manifest_is_probe(manifest))
        return 0;
    return error_set(error, HYPE_INCOMPATIBLE,
                     "%s() was built for %s, and this image is for %s: use an image for one of these, or build the "
                     "program with a compiler for %s in HYPECC_TARGETS",
                     manifest->function, known && *known ? known : "an unknown processor", machine, machine);
}

void manifest_free(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->n_files; i++)
        free_file(&manifest->files[i]);
    free(manifest->files);
    free(manifest->execution);
    free(manifest->function);
    free(manifest->returned);
    memset(manifest, 0, sizeof *manifest);
}
