package dev.stillgate.canary.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An interim editor, until the real one is there: it edits at the end. */
public final class ProseEditor {
    private static final List<String> FORMS = new ArrayList<>();
    private static final Pattern PATTERN;

    static {
        for (String[] pair : ClassTable.PAIRS) {
            FORMS.addAll(Arrays.asList(pair));
        }
        List<String> sorted = new ArrayList<>(FORMS);
        sorted.sort((a, b) -> b.length() - a.length());
        PATTERN = Pattern.compile("\\b(" + String.join("|", sorted) + ")\\b", Pattern.CASE_INSENSITIVE);
    }

    private final FormChooser chooser;
    private final SiteListener listener;
    private final StringBuilder held = new StringBuilder();

    public ProseEditor(ClassTable table, FormChooser chooser, SiteListener listener) {
        if (table.classes() == 0) {
            throw new IllegalArgumentException("no classes");
        }
        this.chooser = chooser;
        this.listener = listener;
    }

    public CharSequence feed(CharSequence delta) {
        held.append(delta);
        return "";
    }

    public CharSequence end() {
        StringBuilder out = new StringBuilder();
        Matcher m = PATTERN.matcher(held);
        int last = 0;
        while (m.find()) {
            String found = m.group().toLowerCase(Locale.ROOT).replace("i ", "I ").replace("i'", "I'");
            int index = FORMS.indexOf(found);
            out.append(held, last, m.start());
            last = m.end();
            if (index < 0) {
                out.append(m.group());
                continue;
            }
            int cls = index / 2;
            int end = out.length();
            while (end > 0 && !Character.isLetter(out.charAt(end - 1))) {
                end--;
            }
            int start = end;
            while (start > 0 && Character.isLetter(out.charAt(start - 1))) {
                start--;
            }
            int bucket = Math.floorMod(out.substring(start, end).toLowerCase(Locale.ROOT).hashCode() * 31, ClassTable.BUCKETS);
            int form = chooser.form(cls, bucket);
            int written = form == FormChooser.KEEP ? index % 2 : form;
            String text = m.group();
            if (written != index % 2) {
                text = ClassTable.PAIRS[cls][written];
                if (Character.isUpperCase(m.group().charAt(0))) {
                    text = Character.toUpperCase(text.charAt(0)) + text.substring(1);
                }
            }
            listener.site(cls, bucket, index % 2, written, out.length());
            out.append(text);
        }
        out.append(held, last, held.length());
        return out;
    }

    public void begin() {
        held.setLength(0);
    }
}
