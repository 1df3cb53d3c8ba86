package dev.stillgate.proxy.cli;

import picocli.CommandLine.Command;

@Command(name = "version", mixinStandardHelpOptions = true, description = "Print the version of Stillgate and of Java.")
final class VersionCommand implements Runnable {
    @Override
    public void run() {
        System.out.println(Version.text());
    }
}
