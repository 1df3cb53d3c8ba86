package dev.stillgate.proxy.cli;

import picocli.CommandLine;

/** The version of this build, from the jar's manifest. */
final class Version implements CommandLine.IVersionProvider {
    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "stillgate " + (version == null ? "development" : version) + ", Java " + Runtime.version();
    }

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }
}
