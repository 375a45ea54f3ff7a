/*
 * list.h: lists whose members know where they are, and are taken out without a search.
 *
 * A list is a struct with '*first, **last' of its members' type, zero when it is empty; a member has '*next, **at'.
 */
#ifndef HYPE_RT_LIST_H
#define HYPE_RT_LIST_H

/* At its end. */
#define list_put(list, member)                                                                                         \
    do {                                                                                                               \
        __typeof__(list) list_ = (list);                                                                               \
        __typeof__(member) member_ = (member);                                                                         \
        if (!list_->first)                                                                                             \
            list_->last = &list_->first;                                                                               \
        member_->next = NULL;                                                                                          \
        member_->at = list_->last;                                                                                     \
        *list_->last = member_;                                                                                        \
        list_->last = &member_->next;                                                                                  \
    } while (0)

/* AT is NULL then. */
#define list_take(list, member)                                                                                        \
    do {                                                                                                               \
        __typeof__(list) list_ = (list);                                                                               \
        __typeof__(member) member_ = (member);                                                                         \
        *member_->at = member_->next;                                                                                  \
        if (member_->next)                                                                                             \
            member_->next->at = member_->at;                                                                           \
        else                                                                                                           \
            list_->last = member_->at;                                                                                 \
        member_->at = NULL;                                                                                            \
    } while (0)

#endif
