#!/bin/sh
# Gradescope runs this once, when it builds the image; what it prints is the log of the build.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
export PATH="${HOME:-/root}/.cargo/bin:$PATH" GRADUS_CACHE_DIR="$source/cache"

@SETUP@# Nobody but the superuser reads what is hidden.
chmod 755 "$source/gradus"
chmod -R go-rwx "$source/course"

# The build ends here where this Gradus was made for another processor or a newer system.
"$source/gradus" --version
"$source/gradus" doctor --course "$source/course" || true

# The course's own solution is graded once: the log shows what this image can do, and learners do not
# wait for what is made once for an exercise.
if "$source/gradus" grade "$source/course/exercises/@EXERCISE@/solution" --learner solution \
    --exercise @EXERCISE@ --partition none --course "$source/course" --out "$source/trial" \
    --require-pass; then
    echo 'The solution was graded, and passes.'
else
    echo 'The solution was NOT graded while the image was built. The lines above say why.'
    echo 'Submissions run in another container, which may be allowed more: test the autograder.'
fi
rm -rf "$source/trial"
