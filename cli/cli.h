/* cli.h: the commands, a file each. Each gets its own name as ARGV[0] and returns the exit status. */
#ifndef HYPE_CLI_H
#define HYPE_CLI_H

int doctor_main(int argc, char **argv);
int gc_main(int argc, char **argv);
int report_main(int argc, char **argv);

#endif
