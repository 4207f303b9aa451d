/* A disk that fails at call k: loaded before the C library into the bot (LD_PRELOAD), told by a shared file what to do.

   Only files whose name holds DISK_FILE count, its lock and its holder's line not. tests/campaign/disk_shim.py compiles
   it, and knows the layout of `control`. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { NOTHING, WRITES, SYNCS, TORN, READ_ONLY, READS };

struct control {
    long kind;  /* which calls fail */
    long error; /* with which errno */
    long at;    /* from which of them on */
    long many;  /* how many */
    long seen;  /* calls of that kind so far */
    long fired; /* failures so far */
    long writes, syncs, reads;
};

static struct control *control;
static const char *file;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_CONTROL");
    file = getenv("DISK_FILE");
    if (!path || !file) return;
    file = strdup(file);
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = real(path, O_RDWR);
    if (fd < 0) return;
    void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED) control = map;
}

static int counts(const char *path) {
    return control && path && strstr(path, file) && !strstr(path, ".lock") && !strstr(path, ".holder");
}

static int is_ours(int fd) {
    char link[64] = "/proc/self/fd/", path[4096], digits[16];
    if (!control || fd < 3) return 0;
    int n = 0, at = (int)strlen(link);
    for (int rest = fd; rest || !n; rest /= 10) digits[n++] = (char)('0' + rest % 10);
    while (n) link[at++] = digits[--n];
    link[at] = 0;
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return counts(path);
}

static int due(void) {
    long seen = __atomic_add_fetch(&control->seen, 1, __ATOMIC_SEQ_CST);
    if (seen < control->at || seen >= control->at + control->many) return 0;
    __atomic_add_fetch(&control->fired, 1, __ATOMIC_SEQ_CST);
    return 1;
}

static int fails_write(int fd) {
    if (!is_ours(fd)) return 0;
    __atomic_add_fetch(&control->writes, 1, __ATOMIC_SEQ_CST);
    if ((control->kind != WRITES && control->kind != READ_ONLY) || !due()) return 0;
    errno = (int)control->error;
    return 1;
}

static int fails_sync(int fd) {
    if (!is_ours(fd)) return 0;
    __atomic_add_fetch(&control->syncs, 1, __ATOMIC_SEQ_CST);
    if (control->kind != SYNCS || !due()) return 0;
    errno = (int)control->error;
    return 1;
}

static int fails_read(int fd) {
    if (!is_ours(fd)) return 0;
    __atomic_add_fetch(&control->reads, 1, __ATOMIC_SEQ_CST);
    if (control->kind != READS || !due()) return 0;
    errno = (int)control->error;
    return 1;
}

static int fails_open(const char *path, int flags) {
    if (!counts(path) || control->kind != READ_ONLY) return 0;
    if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return 0;
    if (!control->fired || control->seen >= control->at + control->many) return 0;
    __atomic_add_fetch(&control->seen, 1, __ATOMIC_SEQ_CST);
    errno = (int)control->error;
    return 1;
}

/* The power goes in the middle of a write: half of it is on the disk. */
#define TEAR(fd, call_half) \
    if (control && control->kind == TORN && is_ours(fd) && due()) { (void)!(call_half); raise(SIGKILL); }

#define PWRITE(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) { \
        static ssize_t (*real)(int, const void *, size_t, offset_type); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        TEAR(fd, real(fd, data, size / 2, offset)) \
        return fails_write(fd) ? -1 : real(fd, data, size, offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    TEAR(fd, real(fd, data, size / 2))
    return fails_write(fd) ? -1 : real(fd, data, size);
}

#define PREAD(name, offset_type) \
    ssize_t name(int fd, void *data, size_t size, offset_type offset) { \
        static ssize_t (*real)(int, void *, size_t, offset_type); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return fails_read(fd) ? -1 : real(fd, data, size, offset); \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define SIZED(name, offset_type) \
    int name(int fd, offset_type size) { \
        static int (*real)(int, offset_type); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return fails_write(fd) ? -1 : real(fd, size); \
    }
SIZED(ftruncate, off_t)
SIZED(ftruncate64, off64_t)

#define SYNC(name) \
    int name(int fd) { \
        static int (*real)(int); \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return fails_sync(fd) ? -1 : real(fd); \
    }
SYNC(fsync)
SYNC(fdatasync)

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        static int (*real)(const char *, int, ...); \
        mode_t mode = 0; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = (mode_t)va_arg(rest, int); \
            va_end(rest); \
        } \
        return fails_open(path, flags) ? -1 : real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
