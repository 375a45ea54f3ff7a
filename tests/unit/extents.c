/* extents.c: the index of addresses agrees with looking at every range in turn. */
#include "testing.h"

#include "extents.h"

#include <stdlib.h>
#include <string.h>

struct range {
    uintptr_t start;
    uint64_t size;
};

static enum extents_relation by_hand(const struct range *ranges, uint32_t n, uintptr_t start, uint64_t size,
                                     uint32_t number)
{
    enum extents_relation found = EXTENTS_APART;
    for (uint32_t i = 0; i < n; i++) {
        const struct range *r = &ranges[i];
        if (start >= r->start && start + size <= r->start + r->size) {
            assert_int_equal(number, i);
            return EXTENTS_INSIDE;
        }
        if (start < r->start + r->size && r->start < start + size)
            found = EXTENTS_OVERLAPS;
    }
    return found;
}

/* Ranges of very different sizes, crowded into a few pages or strewn over many. */
static void run(uint64_t seed, uint64_t space, uint64_t largest, uint32_t wanted)
{
    struct extents x = EXTENTS_EMPTY;
    struct range *ranges = malloc(wanted * sizeof *ranges);
    uint32_t n = 0;
    for (uint32_t tries = 0; n < wanted && tries < wanted * 20; tries++) {
        uintptr_t start = 0x7f0000000000 + next_random(&seed) % space;
        uint64_t size = 1 + next_random(&seed) % (next_random(&seed) % 4 ? 24 : largest);
        uint32_t number = UINT32_MAX;
        enum extents_relation found = extents_find(&x, start, size, &number);
        assert_int_equal(found, by_hand(ranges, n, start, size, number));
        if (found != EXTENTS_APART)
            continue;
        ranges[n++] = (struct range){start, size};
        assert_int_equal(extents_add(&x, start, size), 0);
        assert_int_equal(x.n_items, n);
    }
    free(ranges);
    extents_free(&x);
}

static void agrees_with_looking_at_each(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        run(seed, 4096, 64, 200);
        run(seed, 1 << 16, 20000, 300);
        run(seed, 1 << 24, 1 << 20, 400);
    }
}

static void few_ranges_need_no_pages(void **state)
{
    (void)state;
    struct extents x = EXTENTS_EMPTY;
    uint32_t number;
    assert_int_equal(extents_find(&x, 100, 1, &number), EXTENTS_APART);
    assert_int_equal(extents_add(&x, 100, 10), 0);
    assert_int_equal(extents_find(&x, 100, 10, &number), EXTENTS_INSIDE);
    assert_int_equal(extents_find(&x, 99, 2, &number), EXTENTS_OVERLAPS);
    assert_int_equal(extents_find(&x, 110, 1, &number), EXTENTS_APART);
    assert_null(x.pages);
    extents_free(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_looking_at_each),
        cmocka_unit_test(few_ranges_need_no_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
