/* podfile.c: what a pod file must be, so that it can be built upon. The rest is for the API server to judge. */
#include "podfile.h"

#include "../json_text.h"
#include "../util.h"
#include "../yaml_file.h"
#include "pod.h"

#include <stdio.h>
#include <string.h>

#define VOLUMES "hype-" /* with which the names of volumes begin that pod.c adds */

/* What pod.c builds upon, where it is there: PATH within the pod, or within the container. */
struct expected {
    const char *path;
    json_type type;
};
static const struct expected of_pod[] = {{"/metadata", JSON_OBJECT},
                                         {"/metadata/labels", JSON_OBJECT},
                                         {"/metadata/annotations", JSON_OBJECT},
                                         {"/spec", JSON_OBJECT},
                                         {"/spec/containers", JSON_ARRAY},
                                         {"/spec/volumes", JSON_ARRAY},
                                         {"/spec/tolerations", JSON_ARRAY},
                                         {"/spec/nodeSelector", JSON_OBJECT},
                                         {"/spec/imagePullSecrets", JSON_ARRAY}};
static const struct expected of_container[] = {{"/image", JSON_STRING},           {"/env", JSON_ARRAY},
                                               {"/envFrom", JSON_ARRAY},          {"/volumeMounts", JSON_ARRAY},
                                               {"/resources", JSON_OBJECT},       {"/resources/requests", JSON_OBJECT},
                                               {"/resources/limits", JSON_OBJECT}};

/* By a pointer whose parts have no '/', '~' or digits; NULL where there is none. */
static json_t *at(json_t *value, const char *path)
{
    char name[32];
    while (value && *path == '/') {
        size_t length = strcspn(++path, "/");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        value = json_object_get(value, name);
        path += length;
    }
    return value;
}

static int check_types(const struct yaml *yaml, const char *prefix, json_t *root, const struct expected *expected,
                       size_t n, hype_error **error)
{
    static const char *const names[] = {[JSON_OBJECT] = "a mapping", [JSON_ARRAY] = "a list", [JSON_STRING] = "a text"};
    for (size_t i = 0; i < n; i++) {
        json_t *value = at(root, expected[i].path);
        if (!value || json_is_null(value) || json_typeof(value) == expected[i].type)
            continue;
        cleanup_free char *pointer = text_format("%s%s", prefix, expected[i].path);
        return pointer ? yaml_refuse(yaml, pointer, error, "%s must be %s", strrchr(expected[i].path, '/') + 1,
                                     names[expected[i].type])
                       : error_memory(error);
    }
    return 0;
}

static int check_container(const struct yaml *yaml, hype_error **error)
{
    json_t *containers = at(yaml->root, "/spec/containers"), *container;
    size_t i;
    json_array_foreach(containers, i, container)
    {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/spec/containers/%zu", i);
        if (strcmp(json_text(container, "name"), POD_CONTAINER) != 0)
            continue;
        int status = check_types(yaml, pointer, container, of_container, ARRAY_SIZE(of_container), error);
        if (status == 0 && !*json_text(container, "image"))
            status = yaml_refuse(yaml, pointer, error, "the container " POD_CONTAINER " has no image");
        return status;
    }
    return yaml_refuse(yaml, "/spec/containers", error,
                       "the pod has no container of the name " POD_CONTAINER ", in which calls could run");
}

static int check_volumes(const struct yaml *yaml, hype_error **error)
{
    json_t *volume;
    size_t i;
    json_array_foreach(at(yaml->root, "/spec/volumes"), i, volume)
    {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/spec/volumes/%zu/name", i);
        if (text_starts_with(json_text(volume, "name"), VOLUMES))
            return yaml_refuse(yaml, pointer, error,
                               "volumes whose names begin with '" VOLUMES "' are added by calls themselves");
    }
    return 0;
}

static int check(const struct yaml *yaml, hype_error **error)
{
    if (!json_is_object(yaml->root))
        return yaml_refuse(yaml, "", error, "a pod file is a mapping with kind: Pod");
    if (strcmp(json_text(yaml->root, "kind"), "Pod") != 0 || strcmp(json_text(yaml->root, "apiVersion"), "v1") != 0)
        return yaml_refuse(yaml, json_object_get(yaml->root, "kind") ? "/kind" : "", error,
                           "a pod file has apiVersion: v1 and kind: Pod");
    int status = check_types(yaml, "", yaml->root, of_pod, ARRAY_SIZE(of_pod), error);
    if (status == 0)
        status = check_container(yaml, error);
    return status == 0 ? check_volumes(yaml, error) : status;
}

int podfile_read(const char *path, json_t **pod, hype_error **error)
{
    cleanup_yaml struct yaml yaml = {0};
    int status = yaml_read(path, &yaml, error);
    if (status == 0)
        status = check(&yaml, error);
    if (status == 0)
        *pod = json_incref(yaml.root);
    return status;
}
