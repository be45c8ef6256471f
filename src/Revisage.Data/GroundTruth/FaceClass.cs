namespace Revisage.Data.GroundTruth;

/// <summary>
/// The classes of a parsing map, numbered as CelebAMask-HQ's palette pictures do (Lee et al., CVPR 2020). Left is the
/// person's left, on the right of the picture.
/// </summary>
public enum FaceClass : byte
{
    Background,
    Skin,
    Nose,
    Glasses,
    LeftEye,
    RightEye,
    LeftBrow,
    RightBrow,
    LeftEar,
    RightEar,

    /// <summary>The inside, between the lips.</summary>
    Mouth,
    UpperLip,
    LowerLip,
    Hair,
    Hat,
    Earring,
    Necklace,
    Neck,
    Cloth,
}

/// <summary>The parts that W-Net weighs on their own (section 3.4).</summary>
public enum FaceRegion
{
    Eyes,
    Brows,
    Nose,

    /// <summary>Lips and what is between them.</summary>
    Mouth,
}
