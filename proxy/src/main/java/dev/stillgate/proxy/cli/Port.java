package dev.stillgate.proxy.cli;

import picocli.CommandLine;

/** Converter of a TCP port; 0 stands for any free one. */
final class Port implements CommandLine.ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new CommandLine.TypeConversionException("expected a port from 0 to 65535");
        }
        return Integer.valueOf(text);
    }
}
