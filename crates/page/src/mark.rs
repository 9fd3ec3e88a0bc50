//! What a membership can be, as the map shows it: a sign, a colour and words.

/// How something looks: the name of a class in the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It is not as wanted.
    Bad,
    /// AWS is not finished, or somebody has to do something.
    Wait,
    /// It is changed on the way to what is wanted.
    New,
    /// It was put right.
    Mended,
    /// It is as wanted, and was before.
    Calm,
    /// It is taken away.
    Gone,
    /// It is left out.
    Mute,
    /// Nothing is known.
    Void,
}

impl Tone {
    /// The name of the class.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Wait => "wait",
            Self::New => "new",
            Self::Mended => "mended",
            Self::Calm => "calm",
            Self::Gone => "gone",
            Self::Mute => "mute",
            Self::Void => "void",
        }
    }
}

/// What a membership can be in one kind of document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    /// As the JSON report has it.
    pub(crate) key: &'static str,
    /// Told apart without colour. In Latin-1, which every font has.
    pub(crate) sign: &'static str,
    /// For people.
    pub(crate) words: &'static str,
    /// How it looks.
    pub(crate) tone: Tone,
    /// Why, and what to do, where the document does not say so.
    pub(crate) advice: Option<&'static str>,
}

impl Mark {
    pub(crate) const fn new(
        key: &'static str,
        sign: &'static str,
        words: &'static str,
        tone: Tone,
    ) -> Self {
        Self {
            key,
            sign,
            words,
            tone,
            advice: None,
        }
    }

    pub(crate) const fn advise(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }
}
