/* Reading whole files and writing durably: what is kept, what is refused, and what is left when
 * writing fails or the process dies. Looks inside: the writer's parts are not public. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "io/file.h"
#include "support/io.h"

static wick_status write_text(const char *path, const char *text)
{
    return wick_file_write(context, path, text, strlen(text));
}

static bool holds(const char *path, const char *text)
{
    wick_tensor *bytes = NULL;
    void *data = NULL;
    bool same = wick_file_read(context, path, &bytes) == WICK_OK &&
                wick_tensor_count(bytes) == (int64_t)strlen(text) &&
                (text[0] == '\0' || (wick_tensor_data(bytes, &data) == WICK_OK &&
                                     memcmp(data, text, strlen(text)) == 0));
    wick_tensor_release(bytes);
    return same;
}

/* How many names of the folder start like this. */
static int count_names(const char *path, const char *start)
{
    int count = 0;
    DIR *names = opendir(path);
    for (struct dirent *entry; names != NULL && (entry = readdir(names)) != NULL;)
        count += strncmp(entry->d_name, start, strlen(start)) == 0;
    closedir(names);
    return count;
}

static int unfinished(void)
{
    return count_names(folder, ".") - 2;
}

/* ---- writing ---- */

static void writes_and_replaces(void)
{
    const char *path = in_folder("a");
    struct stat about;
    mode_t mask = umask(027);
    expect(write_text(path, "first") == WICK_OK && holds(path, "first"));
    expect(stat(path, &about) == 0 && (about.st_mode & 07777) == 0640);
    umask(mask);
    expect(chmod(path, 0604) == 0 && write_text(path, "") == WICK_OK && holds(path, ""));
    expect(stat(path, &about) == 0 && (about.st_mode & 07777) == 0604);
    expect(unfinished() == 0);
}

static void writes_relative_paths(void)
{
    char before[4096];
    expect(getcwd(before, sizeof before) != NULL && chdir(folder) == 0);
    expect(write_text("here", "x") == WICK_OK && holds(in_folder("here"), "x"));
    expect(chdir(before) == 0);
}

static void keeps_the_owner(void)
{
    const char *path = in_folder("owned");
    struct stat about;
    expect(write_text(path, "x") == WICK_OK);
    if (geteuid() != 0)
        return;
    expect(chown(path, 1234, 4321) == 0 && chmod(path, 04750) == 0);
    expect(write_text(path, "y") == WICK_OK && stat(path, &about) == 0);
    expect(about.st_uid == 1234 && about.st_gid == 4321 && (about.st_mode & 07777) == 04750);
}

static void follows_links(void)
{
    const char *target = in_folder("sub/target"), *link = in_folder("link");
    struct stat about;
    expect(mkdir(in_folder("sub"), 0755) == 0 && symlink("sub/target", link) == 0);
    expect(write_text(link, "new") == WICK_OK && holds(target, "new"));
    expect(write_text(link, "again") == WICK_OK && holds(target, "again"));
    expect(lstat(link, &about) == 0 && S_ISLNK(about.st_mode));
    expect(symlink(link, in_folder("chain")) == 0);
    expect(write_text(in_folder("chain"), "far") == WICK_OK &&
           holds(in_folder("sub/target"), "far"));
    expect(symlink("loop", in_folder("loop")) == 0);
    expect_failure(write_text(in_folder("loop"), "x"), WICK_EIO, "Too many levels of symbolic");
}

static void refuses_targets(void)
{
    const char *pipe = in_folder("pipe");
    expect(mkfifo(pipe, 0600) == 0);
    expect_failure(write_text(in_folder("sub"), "x"), WICK_EIO,
                   "sub: cannot write: Is a directory");
    expect_failure(write_text(in_folder("sub/"), "x"), WICK_EIO, "Is a directory");
    expect_failure(write_text(pipe, "x"), WICK_EIO, "expected a regular file");
    expect_failure(write_text("/dev/full", "x"), WICK_EIO, "expected a regular file");
    expect_failure(write_text(in_folder("no/file"), "x"), WICK_EIO, "No such file or directory");
    expect_failure(write_text(in_folder("here/file"), "x"), WICK_EIO, "Not a directory");
    expect_failure(write_text("", "x"), WICK_EIO, "");
    char name[300];
    memset(name, 'n', 299);
    name[299] = '\0';
    expect_failure(write_text(in_folder(name), "x"), WICK_EIO, "File name too long");
    name[255] = '\0';
    expect(write_text(in_folder(name), "x") == WICK_OK);
    expect(unfinished() == 0);
}

static void respects_permissions(void)
{
    const char *path = in_folder("readonly");
    expect(write_text(path, "old") == WICK_OK && chmod(path, 0444) == 0);
    expect(chmod(folder, 0777) == 0);
    expect(mkdir(in_folder("closed"), 0555) == 0);
    bool root = geteuid() == 0;
    expect(!root || seteuid(65534) == 0);
    expect_failure(write_text(path, "new"), WICK_EIO, "readonly: cannot write: Permission denied");
    expect_failure(write_text(in_folder("closed/new"), "x"), WICK_EIO, "Permission denied");
    expect(!root || seteuid(0) == 0);
    expect(holds(path, "old") && unfinished() == 0);
}

/* ---- failing on the way ---- */

static void survives_a_full_disk(void)
{
    const char *path = in_folder("full");
    struct rlimit before, small;
    size_t bytes = 1 << 20;
    char *data = calloc(1, bytes);
    expect(write_text(path, "old") == WICK_OK);
    expect(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small = (struct rlimit){100000, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    expect(setrlimit(RLIMIT_FSIZE, &small) == 0);
    expect_failure(wick_file_write(context, path, data, bytes), WICK_EIO, "File too large");
    expect_failure(wick_file_write(context, in_folder("other"), data, bytes), WICK_EIO,
                   "too large");
    expect(setrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, handler);
    expect(holds(path, "old") && unfinished() == 0 && access(in_folder("other"), F_OK) != 0);
    expect(wick_file_write(context, path, data, bytes) == WICK_OK);
    free(data);
}

static void leaves_no_trace_when_abandoned(void)
{
    wick_writer *writer;
    const char *path = in_folder("kept");
    expect(write_text(path, "old") == WICK_OK);
    expect(wick_writer_new(context, path, &writer) == WICK_OK);
    expect(wick_writer_put(writer, "new", 3) == WICK_OK && unfinished() == 1);
    wick_writer_release(writer);
    expect(holds(path, "old") && unfinished() == 0);
}

static void writers_do_not_mix(void)
{
    wick_writer *a, *b;
    const char *path = in_folder("shared");
    expect(wick_writer_new(context, path, &a) == WICK_OK);
    expect(wick_writer_new(context, path, &b) == WICK_OK);
    expect(wick_writer_put(a, "from a", 6) == WICK_OK);
    expect(wick_writer_put(b, "from b", 6) == WICK_OK && unfinished() == 2);
    expect(wick_writer_commit(a) == WICK_OK && holds(path, "from a"));
    expect(wick_writer_commit(b) == WICK_OK && holds(path, "from b"));
    wick_writer_release(a);
    wick_writer_release(b);
    expect(unfinished() == 0);
}

/* Remains of a killed save go; a temporary that somebody holds stays. */
static void removes_what_was_left_behind(void)
{
    const char *path = in_folder("left");
    put_file(in_folder(".left.0.wick-unfinished"), "dead", 4);
    put_file(in_folder(".left.1.wick-unfinished"), "alive", 5);
    put_file(in_folder(".left.2.wick-unfinished"), "dead", 4);
    int alive = open(in_folder(".left.1.wick-unfinished"), O_RDONLY);
    expect(alive >= 0 && flock(alive, LOCK_EX) == 0);
    expect(write_text(path, "x") == WICK_OK && holds(path, "x"));
    expect(holds(in_folder(".left.1.wick-unfinished"), "alive"));
    expect(unfinished() == 1);
    close(alive);
    expect(write_text(path, "y") == WICK_OK && holds(path, "y") && unfinished() == 0);
}

enum { VERSION_BYTES = 300000, KILLS = 40 };

/* Writes version after version, each of one letter, until it is killed. */
static void write_for_ever(const char *path)
{
    char *data = malloc(VERSION_BYTES);
    for (int version = 0;; version++) {
        memset(data, 'a' + version % 26, VERSION_BYTES);
        if (wick_file_write(context, path, data, VERSION_BYTES) != WICK_OK)
            _exit(1);
    }
}

static bool is_one_version(const char *path)
{
    wick_tensor *bytes;
    void *data;
    bool whole = wick_file_read(context, path, &bytes) == WICK_OK &&
                 wick_tensor_count(bytes) == VERSION_BYTES &&
                 wick_tensor_data(bytes, &data) == WICK_OK &&
                 memcmp(data, (char *)data + 1, VERSION_BYTES - 1) == 0;
    wick_tensor_release(bytes);
    return whole;
}

static void survives_kills(void)
{
    const char *path = in_folder("killed");
    char *data = calloc(1, VERSION_BYTES);
    expect(wick_file_write(context, path, data, VERSION_BYTES) == WICK_OK);
    free(data);
    for (int i = 0; i < KILLS; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            write_for_ever(path);
        usleep(2000 + wick_random(context) % 20000);
        expect(child > 0 && kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child);
        expect(WIFSIGNALED(status) && is_one_version(path) && unfinished() <= 1);
    }
    expect(write_text(path, "end") == WICK_OK && unfinished() == 0);
}

/* ---- reading ---- */

static void refuses_to_read(void)
{
    wick_tensor *bytes;
    expect_failure(wick_file_read(context, in_folder("missing"), &bytes), WICK_EIO,
                   "missing: cannot open: No such file or directory");
    expect_failure(wick_file_read(context, folder, &bytes), WICK_EIO, "is a folder");
    expect_failure(wick_file_read(context, in_folder("pipe"), &bytes), WICK_EIO,
                   "expected a regular file");
    expect_failure(wick_file_read(context, "/dev/zero", &bytes), WICK_EIO, "regular file");
    expect(bytes == NULL);
}

static void survives_each_failing_allocation(void)
{
    size_t live = wick_context_memory(context).live;
    uint64_t n = 1;
    for (bool done = false; !done && n < 20; n++) {
        wick_context_fail_after(context, n);
        done = write_text(in_folder("memory"), "x") == WICK_OK && holds(in_folder("memory"), "x");
        wick_context_fail_after(context, 0);
        expect(wick_context_memory(context).live == live && unfinished() == 0);
    }
    expect(n > 2 && n < 20);
}

static void leaves_no_descriptor_open(void)
{
    int next = open("/dev/null", O_RDONLY);
    close(next);
    expect(next == 3);
}

int main(void)
{
    if (open_test())
        return 1;
    test("writes, replaces and keeps the mode", writes_and_replaces);
    test("writes relative paths", writes_relative_paths);
    test("keeps the owner", keeps_the_owner);
    test("follows links", follows_links);
    test("refuses what is no regular file", refuses_targets);
    test("respects permissions", respects_permissions);
    test("survives a full disk", survives_a_full_disk);
    test("leaves no trace when abandoned", leaves_no_trace_when_abandoned);
    test("two writers of one file do not mix", writers_do_not_mix);
    test("removes what a killed save left", removes_what_was_left_behind);
    test("is whole after each of 40 kills", survives_kills);
    test("refuses to read what is no regular file", refuses_to_read);
    test("survives each failing allocation", survives_each_failing_allocation);
    test("leaves no descriptor open", leaves_no_descriptor_open);
    test("leaves no memory behind", leaves_nothing);
    return finish();
}
