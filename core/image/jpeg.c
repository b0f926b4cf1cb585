/* libjpeg's errors. It reports one by a call that must not come back: the jump out of it lands in
 * wick__jpeg_guarded, one of the two frames of the core that jumps are made to. */
#include "image/jpeg.h"

#include <jerror.h>

#include "base/status.h"

bool wick__jpeg_guarded(wick__jpeg *j, void (*work)(wick__jpeg *j))
{
    if (setjmp(j->jump) != 0)
        return false;
    work(j);
    return true;
}

_Noreturn void wick__jpeg_stop(wick__jpeg *j, wick_status status)
{
    j->status = status;
    longjmp(j->jump, 1);
}

wick_status wick__jpeg_failure(const wick__jpeg *j, const char *name, long long position)
{
    if (j->status != WICK_OK)
        return wick__fail_in(j->status, "%s: ", name);
    if (position < 0)
        return wick__fail(WICK_EVALUE, "%s: %s", name, j->reason);
    return wick__fail(WICK_EFORMAT, "%s: is damaged near byte %lld: %s", name, position, j->reason);
}

static _Noreturn void give_up(j_common_ptr common)
{
    wick__jpeg *j = common->client_data;
    common->err->format_message(common, j->reason);
    longjmp(j->jump, 1);
}

/* Oddities that leave the pixels as they are. */
static bool is_harmless(int warning)
{
    return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_JFIF_MAJOR ||
           warning == JWRN_ADOBE_XFORM || warning == JWRN_BOGUS_ICC;
}

/* Below 0 it is a warning: libjpeg would go on with grey in place of what it cannot read. */
static void hear(j_common_ptr common, int level)
{
    wick__jpeg *j = common->client_data;
    if (level < 0 && !j->damaged && !is_harmless(common->err->msg_code))
        give_up(common);
}

static void say_nothing(j_common_ptr common)
{
    (void)common;
}

void wick__jpeg_attach(wick__jpeg *j, j_common_ptr common)
{
    common->err = jpeg_std_error(&j->errors);
    common->client_data = j;
    j->errors.error_exit = give_up;
    j->errors.emit_message = hear;
    j->errors.output_message = say_nothing;
}
